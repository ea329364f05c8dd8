import Datasets

/// Makes a poisoned copy of a dataset, to test a defence.
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
      trigger.pattern.shape == dataset.shape,
      "PoisonJob: a trigger of \(trigger.pattern.shape) for images of \(dataset.shape)")
    if case .allToOne(let target) = mapping, !(0..<dataset.classCount).contains(Int(target)) {
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
    let poisoned = try selection.indices(labels: dataset.labels, mapping: mapping)
    let writer = try DatasetWriter(copying: dataset, to: output, force: force)
    for index in poisoned {
      let image = trigger.applied(to: try dataset.images([index]))
      try writer.replace(index, image: image, label: poisonedLabel(index))
    }
    let names = try writer.finishLayout()
    let manifest = try manifest(poisoned, names: names)
    try manifest.write(to: writer.path)
    try PNG.write(trigger.pattern, to: writer.path + "/" + manifest.pattern)
    try PNG.write(try preview(poisoned), to: writer.path + "/poison-preview.png")
    try writer.commit()
    return manifest
  }

  private func poisonedLabel(_ index: Int) -> Int32 {
    mapping.poisonedLabel(of: dataset.labels[index], classCount: dataset.classCount)
  }

  /// Only an image folder orders its samples by name, and so differently once classes changed.
  private func manifest(_ poisoned: [Int], names: [String]) throws -> PoisonManifest {
    var places = Array(names.indices)
    if dataset.format == .imageFolder {
      let order = places.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
      for (place, index) in order.enumerated() { places[index] = place }
    }
    var target: Int32?
    if case .allToOne(let label) = mapping { target = label }
    var alpha: Double?
    if case .blended(let value) = trigger.kind { alpha = value }
    return PoisonManifest(
      version: PoisonManifest.currentVersion, attack: alpha == nil ? .badNets : .blended,
      pattern: "trigger.png", alpha: alpha, mapping: target == nil ? .allToAll : .allToOne,
      target: target, rate: selection.rate, includesTarget: selection.includesTarget,
      seed: selection.seed, count: dataset.count, classCount: dataset.classCount,
      samples: poisoned.map { index in
        PoisonManifest.Sample(
          index: places[index], name: names[index], sourceName: dataset.name(of: index),
          originalLabel: dataset.labels[index], label: poisonedLabel(index))
      }.sorted { $0.index < $1.index })
  }

  /// The first poisoned samples beside their originals.
  private func preview(_ poisoned: [Int]) throws -> RasterImage {
    var grid = ImageGrid(columnTitles: ["original", "poisoned"], scale: max(1, 96 / dataset.width))
    for index in poisoned.prefix(8) {
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
