import Autograd
import ComputeBackend
import Datasets

extension LabelledImages {
  /// Some images in [0, 1], `[N, H, W, C]`; they cross to the device as bytes.
  public func unitTensor(_ samples: [Int], on backend: any ComputeBackend) throws -> Tensor {
    Tensor(
      bytes: try images(samples), shape: shape.batchShape(samples.count), on: backend,
      ImageShape.unit)
  }
}

extension ImageShape {
  /// A byte as a number in [0, 1].
  static func unit(_ byte: UInt8) -> Float { Float(byte) / 255 }
}
