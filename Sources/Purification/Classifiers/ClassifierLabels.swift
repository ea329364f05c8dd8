import Autograd
import ComputeBackend
import Datasets
import Models

/// A classifier network as a source of labels and features for 8-bit images.
final class ClassifierLabels: LabelModel {
  let network: any Classifier
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

  /// Labels `[N]` of bytes 0 … 255 as floats `[N, H, W, C]`; does not wait for the device.
  func labels(_ bytes: Tensor) -> IndexTensor {
    withoutGradient { network.logits(normalized(bytes)).argmax() }
  }

  func labels(_ images: [UInt8], count: Int, except wrong: Int?) throws -> [Int] {
    try inBatches(images, count: count) { bytes in
      guard let wrong else { return try labels(bytes).values().map { Int($0) } }
      let logits = withoutGradient { network.logits(normalized(bytes)) }
      let values = try logits.values()
      let classes = logits.shape[1]
      return stride(from: 0, to: values.count, by: classes).map { start in
        (0..<classes).filter { $0 != wrong }.max { values[start + $0] < values[start + $1] }
          ?? wrong
      }
    }
  }

  func features(_ images: [UInt8], count: Int) throws -> [Float] {
    try inBatches(images, count: count) { bytes in
      try withoutGradient { try network.features(normalized(bytes)).values() }
    }
  }

  private func normalized(_ bytes: Tensor) -> Tensor {
    network.configuration.normalization.normalize(bytes, range: 0...255)
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
      results += try body(
        Tensor(bytes: bytes, shape: shape.batchShape(end - start), on: backend))
    }
    return results
  }
}
