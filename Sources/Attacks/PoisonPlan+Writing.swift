import Datasets

extension PoisonPlan {
  static let triggerFile = triggerFile(0)
  static let targetFile = "target.png"
  static let previewFile = "poison-preview.png"
  /// The picture of one of several triggers.
  static func triggerFile(_ number: Int) -> String {
    number == 0 ? "trigger.png" : "trigger-\(number + 1).png"
  }

  /// Samples that previews show.
  private static let previewRows = 8

  /// Writes the poisoned copy of the dataset, whole or not at all, and returns its ground truth.
  ///
  /// It has the dataset's layout. Beside it lie `poison-manifest.json`, `poison-preview.png`,
  /// `trigger.png` or `target.png` where there is a trigger or a target image, and what the attack
  /// adds.
  ///
  /// Throws `AttackError` or `DatasetError`.
  @discardableResult
  public func write(
    to output: String, force: Bool = false, token: String = ""
  ) throws -> PoisonManifest {
    try dataset.requireNamesForAddedFiles()
    let writer = try DatasetWriter(
      copying: dataset, to: output, force: force, options: WritingOptions(keepsGray: false))
    if keepsImages {
      for sample in samples { try writer.replace(sample, label: label(sample)) }
    } else {
      try writer.replace(samples, label: label, images: images)
    }
    try writer.replace(covers, images: images)
    let manifest = PoisonManifest(self, names: try writer.finishLayout())
    try manifest.write(to: writer.path)
    switch goal {
    case .trigger(let trigger, _):
      try PNG.write(trigger.pattern, to: writer.path + "/" + Self.triggerFile)
    case .triggers(let triggers):
      for (number, part) in triggers.enumerated() {
        try PNG.write(part.trigger.pattern, to: writer.path + "/" + Self.triggerFile(number))
      }
    case .image(let image):
      try PNG.write(image.picture, to: writer.path + "/" + Self.targetFile)
    case .labels, .inaccuracy: break
    }
    try PNG.write(try preview().render(), to: writer.path + "/" + Self.previewFile)
    try writeFiles(writer.path)
    try writer.commit(token: token)
    return manifest
  }

  /// The first poisoned samples beside their originals.
  private func preview() throws -> ImageGrid {
    var grid = ImageGrid(
      columnTitles: ["original"] + (showsChange ? ["change x 8"] : []) + ["poisoned"],
      scale: max(1, 96 / dataset.width))
    for sample in samples.prefix(Self.previewRows) {
      let original = try dataset.image(sample)
      let poisoned = RasterImage(shape: dataset.shape, pixels: try images([sample]))
      let change = showsChange ? [ImageGrid.Cell(image: original.change(to: poisoned))] : []
      let names = dataset.classNames
      grid.rows.append(
        [.init(image: original, caption: names[Int(dataset.labels[sample])])] + change
          + [.init(image: poisoned, caption: names[Int(label(sample))], frame: .red)])
    }
    if let example { grid.rows.append([example]) }
    return grid
  }
}
