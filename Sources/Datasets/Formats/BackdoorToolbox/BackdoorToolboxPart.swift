import Support

/// The tensors `imgs` and `labels`, and the list of poisoned samples that may lie beside them.
struct BackdoorToolboxPart: ArrayPart {
  let images: TorchTensorFile
  let labelFile: TorchTensorFile
  let pixels: PixelArray
  let values: LabelArray
  let indices: FileName

  init(
    images: TorchTensorFile, labels: TorchTensorFile, values: LabelArray, indices: FileName
  ) throws {
    guard images.array.rowCount == labels.array.rowCount else {
      throw FileError.damaged(
        path: labels.array.path,
        reason: "it has \(labels.array.rowCount) labels for \(images.array.rowCount) images",
        advice: "give the labels that belong to the images")
    }
    self.images = images
    labelFile = labels
    pixels = try PixelArray(images.array)
    self.values = values
    self.indices = indices
  }

  var name: FileName { FileName("") }
  var labels: [Int32] { values.labels }
  var sources: [RandomAccessFile] { [images.source, labelFile.source] }

  func storedLabels() throws -> [Int32] { try LabelArray(try labelFile.reread()).labels }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    try images.write(in: directory, change.pixels, keeping: change.kept)
    let labels = try change.labels.isEmpty ? nil : values.changed(change.labels)
    try labelFile.write(in: directory, labels, keeping: change.kept)
    // It counts rows: that of another number would mislead.
    if change.kept == nil, Directory.kind(indices) == .file {
      try RandomAccessFile.copy(indices, to: directory / indices.lastComponent)
    }
  }
}
