import Autograd
import ComputeBackend
import Datasets
import Models

/// A classifier network as a source of labels and features for 8-bit images.
final class ClassifierLabels: LabelModel {
  private let network: any Classifier
  private let shape: ImageShape
  private let backend: any ComputeBackend
  /// Images that go through the network at once.
  private static let batchSize = 256

  /// - Parameter network: is copied, so that it may be trained on.
  init(_ network: any Classifier, shape: ImageShape, on backend: any ComputeBackend) throws {
    self.network = try network.inferenceCopy()
    self.shape = shape
    self.backend = backend
  }

  func labels(_ images: [UInt8], count: Int) throws -> [Int] {
    try inBatches(images, count: count) { input in
      try network.logits(input).argmax().values().map { Int($0) }
    }
  }

  func features(_ images: [UInt8], count: Int) throws -> [Float] {
    try inBatches(images, count: count) { input in try network.features(input).values() }
  }

  private func inBatches<Result>(
    _ images: [UInt8], count: Int, _ body: (Tensor) throws -> [Result]
  ) throws -> [Result] {
    precondition(
      images.count == count * shape.byteCount,
      "ClassifierLabels: \(images.count) bytes for \(count) images of \(shape)")
    var results: [Result] = []
    for start in stride(from: 0, to: count, by: Self.batchSize) {
      let end = min(start + Self.batchSize, count)
      let bytes = images[start * shape.byteCount..<end * shape.byteCount]
      results += try withoutGradient {
        let pixels = Tensor(
          bytes.map { Float($0) },
          shape: [end - start, shape.height, shape.width, shape.channels], on: backend)
        return try body(network.configuration.normalization.normalize(pixels, range: 0...255))
      }
    }
    return results
  }
}
