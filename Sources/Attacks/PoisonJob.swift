import Datasets

/// Makes a poisoned copy of a dataset with a trigger on some images, to test a defence.
///
/// The output holds the dataset in its own layout, `poison-manifest.json` (the ground truth),
/// `trigger.png` and `poison-preview.png`.
public struct PoisonJob: Sendable {
  public let dataset: ImageDataset
  public let trigger: Trigger
  public let mapping: LabelMapping
  public let selection: PoisonSelection

  /// Throws `AttackError` if the target is not a class of the dataset.
  public init(
    dataset: ImageDataset, trigger: Trigger, mapping: LabelMapping, selection: PoisonSelection
  ) throws {
    precondition(
      trigger.shape == dataset.shape,
      "PoisonJob: a trigger for \(trigger.shape), images of \(dataset.shape)")
    if let target = mapping.target, !(0..<dataset.classCount).contains(Int(target)) {
      throw AttackError.targetOutOfRange(target: Int(target), classCount: dataset.classCount)
    }
    self.dataset = dataset
    self.trigger = trigger
    self.mapping = mapping
    self.selection = selection
  }

  /// Writes the poisoned copy and returns its ground truth.
  ///
  /// Throws `AttackError` or `DatasetError`; the output appears whole or not at all.
  @discardableResult
  public func run(output: String, force: Bool = false) throws -> PoisonManifest {
    let poisons = try selection.indices(labels: dataset.labels, mapping: mapping)
    return try PoisonedOutput(
      dataset: dataset, poisons: poisons,
      image: { trigger.applied(to: try dataset.images([$0]), samples: [$0]) }, label: poisonedLabel
    ).write(
      to: output, force: force, manifest: manifest,
      pictures: [
        "trigger.png": trigger.pattern, PoisonedOutput.previewFile: try preview(poisons),
      ])
  }

  private func poisonedLabel(_ index: Int) -> Int32 {
    mapping.poisonedLabel(of: dataset.labels[index], classCount: dataset.classCount)
  }

  /// The ground truth without the samples.
  private var manifest: PoisonManifest {
    var manifest = PoisonManifest(
      attack: .badNets, mapping: .allToAll, target: mapping.target, rate: selection.rate,
      includesTarget: selection.eligible != .attackable, seed: selection.seed, dataset: dataset)
    manifest.pattern = "trigger.png"
    if mapping.target != nil { manifest.mapping = .allToOne }
    switch trigger.kind {
    case .badNets: break
    case .blended(let alpha):
      manifest.attack = .blended
      manifest.alpha = alpha
    case .sinusoid(let amplitude, let frequency):
      manifest.attack = .sinusoid
      manifest.wave = .init(amplitude: amplitude, frequency: frequency)
    case .movingPatch: preconditionFailure("PoisonJob: moving patches are for gradient matching")
    }
    return manifest
  }

  /// The first poisoned samples beside their originals.
  private func preview(_ poisoned: [Int]) throws -> RasterImage {
    var grid = ImageGrid(columnTitles: ["original", "poisoned"], scale: max(1, 96 / dataset.width))
    for index in poisoned.prefix(PoisonedOutput.previewRows) {
      let original = try dataset.image(index)
      let changed = RasterImage(
        shape: dataset.shape, pixels: trigger.applied(to: original.pixels))
      grid.rows.append([
        .init(image: original, caption: dataset.classNames[Int(dataset.labels[index])]),
        .init(image: changed, caption: dataset.classNames[Int(poisonedLabel(index))], frame: .red),
      ])
    }
    return grid.render()
  }
}
