import Support

/// A pair of files `images.npy` and `labels.npy`.
struct NPYPart: ArrayPart {
  let pixels: PixelArray
  let sources: [RandomAccessFile]
  private let images: NPYArray
  private let labelled: NPYArray
  private let values: NPYLabels

  init(images: FileName, labels: FileName, classNames: [String]?) throws {
    sources = [try RandomAccessFile(images), try RandomAccessFile(labels)]
    self.images = try NPYArray(sources[0], path: images.description)
    labelled = try NPYArray(sources[1], path: labels.description)
    let (count, imageCount) = (labelled.numbers.rowCount, self.images.numbers.rowCount)
    guard count == imageCount else {
      throw FileError.damaged(
        path: labels.description, reason: "it has \(count) labels for \(imageCount) images",
        advice: "give the labels that belong to the images")
    }
    pixels = try PixelArray(self.images.numbers)
    values = try NPYLabels(labelled, classNames: classNames)
  }

  var name: FileName { sources[0].path.lastComponent }
  var labels: [Int32] { values.labels }
  var classNames: [String] { values.classNames }

  func storedLabels() throws -> [Int32] {
    try NPYLabels(
      try NPYArray(sources[1], path: sources[1].path.description), classNames: classNames
    ).labels
  }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    let labels = try change.labels.isEmpty ? nil : values.changed(change.labels)
    for (source, array, numbers) in [
      (sources[0], images, change.pixels), (sources[1], labelled, labels),
    ] {
      let path = directory / source.path.lastComponent
      guard numbers != nil || change.kept != nil else {
        try source.copy(to: path)
        continue
      }
      let output = AppendOnlyFile(try RandomAccessFile(path, .create))
      try array.write(numbers, keeping: change.kept, output.append)
    }
  }
}
