import Datasets

extension PoisonManifest {
  /// The labels that the attacker wants for images with the trigger; `nil` if there is no trigger.
  public var labelMapping: LabelMapping? {
    switch (mapping, source, target) {
    case (.allToOne, _, let target?): .allToOne(target: target)
    case (.oneToOne, let source?, let target?): .oneToOne(source: source, target: target)
    case (.allToAll, _, _): .allToAll
    default: nil
    }
  }

  /// What the attacker wants; `folder` holds the manifest.
  ///
  /// Throws `AttackError` or `DatasetError` if the trigger or the image does not suit.
  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    if let labelMapping { return .trigger(try trigger(in: folder, shape: shape), labelMapping) }
    guard let targetImage, let target else {
      throw AttackError.manifest(path: folder + "/" + Self.fileName, reason: "it has no goal")
    }
    return .image(
      TargetImage(
        picture: try picture(targetImage.picture, in: folder, shape: shape),
        source: targetImage.source, index: targetImage.index, label: targetImage.label,
        intended: target))
  }

  /// The trigger for test images; `folder` holds the manifest.
  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    guard let pattern else {
      throw AttackError.manifest(path: folder + "/" + Self.fileName, reason: "it has no trigger")
    }
    if placement == .random {
      return Trigger(
        kind: .movingPatch(seed: seed),
        pattern: try Trigger.readPatch(folder + "/" + pattern, for: shape), shape: shape)
    }
    if let wave {
      return .sinusoid(shape, amplitude: wave.amplitude, frequency: wave.frequency)
    }
    return Trigger(
      kind: alpha.map { .blended(alpha: $0) } ?? .badNets,
      pattern: try picture(pattern, in: folder, shape: shape))
  }

  private func picture(
    _ name: String, in folder: String, shape: ImageShape
  ) throws -> RasterImage {
    let path = folder + "/" + name
    let picture = try PNG.read(path, channels: shape.channels)
    guard picture.shape == shape else {
      throw AttackError.manifest(
        path: path, reason: "the picture is \(picture.shape), but the images are \(shape)")
    }
    return picture
  }
}
