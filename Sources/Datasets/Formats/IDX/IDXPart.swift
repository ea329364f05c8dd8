import Support

/// A pair of IDX files.
struct IDXPart: ArrayPart {
  let images: IDXFile
  let labelFile: IDXFile
  let pixels: PixelArray
  private let labelArray: LabelArray

  /// - Throws: `FileError.damaged` unless there is a label an image.
  init(_ pair: IDXPair) throws {
    name = pair.key
    images = try IDXFile(pair.images)
    guard images.array.shape.count >= 3 else {
      throw FileError.damaged(
        path: pair.images.description, reason: "an array of \(images.array.shape) is no images",
        advice: "give a file of images, idx3 or idx4")
    }
    guard Directory.kind(pair.labels) != nil else {
      throw DatasetError.missingLabels(
        path: pair.images.description, expected: pair.labels.lastComponent.description)
    }
    labelFile = try IDXFile(pair.labels)
    let (count, imageCount) = (labelFile.array.rowCount, images.array.rowCount)
    guard count == imageCount else {
      throw FileError.damaged(
        path: pair.labels.description, reason: "it has \(count) labels for \(imageCount) images",
        advice: "give the labels that belong to the images")
    }
    pixels = try PixelArray(images.array)
    // QMNIST has 8 numbers a sample, the first of which is the label.
    labelArray = try LabelArray(labelFile.array, takesFirst: true)
  }

  let name: FileName
  var labels: [Int32] { labelArray.labels }
  var sources: [RandomAccessFile] { [images.source, labelFile.source] }

  func storedLabels() throws -> [Int32] {
    try LabelArray(try labelFile.reread(), takesFirst: true).labels
  }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    try images.write(in: directory, change.pixels, keeping: change.kept)
    let labels = try change.labels.isEmpty ? nil : labelArray.changed(change.labels)
    try labelFile.write(in: directory, labels, keeping: change.kept)
  }
}
