import Datasets
import Support

/// Writes a poisoned copy of a dataset with its ground truth, whole or not at all.
struct PoisonedOutput {
  static let previewFile = "poison-preview.png"
  /// Samples that previews show.
  static let previewRows = 8

  let dataset: ImageDataset
  /// Indices of the poisoned samples.
  let poisons: [Int]
  /// The image and the label that a poisoned sample gets.
  let image: (_ sample: Int) throws -> [UInt8]
  let label: (_ sample: Int) -> Int32

  /// Returns the manifest with the samples filled in.
  ///
  /// - Parameters:
  ///   - pictures: by file name.
  ///   - addFiles: writes more files into the folder.
  func write(
    to output: String, force: Bool, manifest: PoisonManifest, pictures: [String: RasterImage],
    addFiles: (_ folder: String) throws -> Void = { _ in }
  ) throws -> PoisonManifest {
    let writer = try DatasetWriter(copying: dataset, to: output, force: force)
    for sample in poisons {
      try writer.replace(sample, image: try image(sample), label: label(sample))
    }
    var manifest = manifest
    manifest.samples = samples(names: try writer.finishLayout())
    try manifest.write(to: writer.path)
    for (name, picture) in pictures { try PNG.write(picture, to: writer.path + "/" + name) }
    try addFiles(writer.path)
    try writer.commit()
    return manifest
  }

  /// Only an image folder orders its samples by name, and so differently once classes changed.
  private func samples(names: [String]) -> [PoisonManifest.Sample] {
    var places = Array(names.indices)
    if dataset.format == .imageFolder {
      let files = names.map { FileName(escaped: $0) }
      let order = places.sorted { files[$0] < files[$1] }
      for (place, index) in order.enumerated() { places[index] = place }
    }
    return poisons.map { index in
      PoisonManifest.Sample(
        index: places[index], name: names[index], sourceName: dataset.name(of: index),
        originalLabel: dataset.labels[index], label: label(index))
    }.sorted { $0.index < $1.index }
  }
}
