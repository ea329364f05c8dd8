import Autograd
import ComputeBackend
import Datasets
import Models
import Runs

/// A classifier network as a source of labels and features for 8-bit images, on all devices.
final class ClassifierLabels: LabelModel {
  /// The network on each device.
  private let networks: [any Classifier]
  private let shape: ImageShape
  private let devices: DevicePool
  /// Images that go through a network at once, a device's piece of work.
  private static let batchSize = 256

  /// - Parameter network: is copied, so that it may be trained on.
  init(_ network: any Classifier, shape: ImageShape, on devices: DevicePool) throws {
    networks = try devices.backends.map { try network.inferenceCopy(on: $0) }
    self.shape = shape
    self.devices = devices
  }

  /// Labels `[N]` of bytes 0 … 255 as floats `[N, H, W, C]` on a device; does not wait for it.
  func labels(_ bytes: Tensor, device: Int) -> IndexTensor {
    let network = networks[device]
    return withoutGradient { network.logits(normalized(bytes)).argmax() }
  }

  func labels(_ images: [UInt8], count: Int, except wrong: Int?) throws -> [Int] {
    try inBatches(images, count: count) { [self] device, bytes in
      guard let wrong else { return try labels(bytes, device: device).values().map { Int($0) } }
      let logits = withoutGradient { networks[device].logits(normalized(bytes)) }
      let values = try logits.values()
      let classes = logits.shape[1]
      return stride(from: 0, to: values.count, by: classes).map { start in
        (0..<classes).filter { $0 != wrong }.max { values[start + $0] < values[start + $1] }
          ?? wrong
      }
    }
  }

  func features(_ images: [UInt8], count: Int) throws -> [Float] {
    try inBatches(images, count: count) { [self] device, bytes in
      try withoutGradient { try networks[device].features(normalized(bytes)).values() }
    }
  }

  private func normalized(_ bytes: Tensor) -> Tensor {
    networks[0].configuration.normalization.normalize(bytes, range: 0...255)
  }

  private func inBatches<Result>(
    _ images: [UInt8], count: Int, _ body: @escaping (_ device: Int, Tensor) throws -> [Result]
  ) throws -> [Result] {
    precondition(
      images.count == count * shape.byteCount,
      "ClassifierLabels: \(images.count) bytes for \(count) images of \(shape)")
    var results: [Result] = []
    try devices.share(pieces: (count + Self.batchSize - 1) / Self.batchSize) {
      [self] device, piece in
      let start = piece * Self.batchSize
      let end = min(start + Self.batchSize, count)
      let bytes = images[start * shape.byteCount..<end * shape.byteCount]
      return try body(
        device,
        Tensor(
          bytes: bytes, shape: shape.batchShape(end - start), on: devices.backends[device]))
    } receive: {
      results += $0
    }
    return results
  }
}
