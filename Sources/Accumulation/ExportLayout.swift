import Datasets
import Support

/// How an accumulated dataset is written.
public enum ExportLayout: String, CaseIterable, Sendable {
  /// A folder a class, with the images as they are in the store.
  case folder
  /// A pair of files, for gray images; without class names.
  case idx
  /// CIFAR's binary batches, for RGB images of 32×32 pixels.
  case cifar

  /// Throws `ParameterError` unless images of a shape fit.
  func require(_ shape: ImageShape, classCount: Int) throws {
    func refuse(_ needed: String) -> ParameterError {
      ParameterError(
        "layout", rawValue, "it is for \(needed), these are \(shape) of \(classCount) classes")
    }
    switch self {
    case .folder: break
    case .idx:
      guard shape.channels == 1, classCount <= 256 else {
        throw refuse("gray images of at most 256 classes")
      }
    case .cifar:
      guard shape == ImageShape(height: 32, width: 32, channels: 3), classCount <= 256 else {
        throw refuse("RGB images of 32×32 pixels and at most 256 classes")
      }
    }
  }

  /// Writes a dataset whose images fit into a folder that is there.
  func write(_ dataset: ImageDataset, to folder: String) throws {
    switch self {
    case .folder: preconditionFailure("ExportLayout.write: a folder is copied")
    case .idx: try Self.writeIDX(dataset, to: folder)
    case .cifar: try Self.writeCIFAR(dataset, to: folder)
    }
  }

  private static func writeIDX(_ dataset: ImageDataset, to folder: String) throws {
    func file(_ name: String, dimensions: [Int]) throws -> AppendOnlyFile {
      let file = AppendOnlyFile(
        try RandomAccessFile("\(folder)/\(name)-idx\(dimensions.count)-ubyte", .create))
      let header = [UInt32(0x800 + dimensions.count)] + dimensions.map { UInt32($0) }
      try file.append(
        header.flatMap { number in (0..<4).map { UInt8(number >> (24 - 8 * $0) & 0xFF) } })
      return file
    }
    let shape = dataset.shape
    let images = try file("train-images", dimensions: [dataset.count, shape.height, shape.width])
    try forEachBatch(of: dataset) { _, bytes in try images.append(bytes) }
    try file("train-labels", dimensions: [dataset.count])
      .append(dataset.labels.map { UInt8($0) })
  }

  /// Records of a label and the planes of the image, in one batch.
  private static func writeCIFAR(_ dataset: ImageDataset, to folder: String) throws {
    let file = AppendOnlyFile(try RandomAccessFile(folder + "/data_batch_1.bin", .create))
    let pixels = dataset.height * dataset.width
    try forEachBatch(of: dataset) { samples, bytes in
      var records: [UInt8] = []
      for (row, sample) in samples.enumerated() {
        records.append(UInt8(dataset.labels[sample]))
        for channel in 0..<3 {
          records += (0..<pixels).map { bytes[(row * pixels + $0) * 3 + channel] }
        }
      }
      try file.append(records)
    }
    try TextFile.write(
      dataset.classNames.joined(separator: "\n") + "\n", to: folder + "/batches.meta.txt")
  }

  private static let batchSize = 256

  private static func forEachBatch(
    of dataset: ImageDataset, _ body: (_ samples: Range<Int>, _ bytes: [UInt8]) throws -> Void
  ) throws {
    for start in stride(from: 0, to: dataset.count, by: batchSize) {
      let samples = start..<min(start + batchSize, dataset.count)
      try body(samples, try dataset.images(samples))
    }
  }
}
