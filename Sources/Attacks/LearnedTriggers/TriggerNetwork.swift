import Autograd
import ComputeBackend
import Datasets
import NeuralNet

/// A network that puts a trigger of its own on each image.
package protocol TriggerNetwork: Module {
  /// Images `[N, H, W, C]` in [0, 1] with the trigger.
  func triggered(_ images: Tensor) -> Tensor
}

extension TriggerNetwork {
  /// Images `[N, H, W, C]` with the trigger, rounded to bytes; the network must be set to
  /// evaluation.
  func triggered(_ images: [UInt8], shape: ImageShape) throws -> [UInt8] {
    try changed([images], shape: shape) { triggered($0[0]) }
  }
}

extension Module {
  /// What a function makes of images in [0, 1], rounded to bytes; a batch at a time.
  ///
  /// - Parameter images: several arrays of as many images, `[N, H, W, C]`.
  func changed(
    _ images: [[UInt8]], shape: ImageShape, _ change: ([Tensor]) -> Tensor
  ) throws -> [UInt8] {
    let (backend, size) = (backend, shape.byteCount)
    return try (0..<images[0].count / size).batches(of: 256).flatMap { batch in
      let inputs = images.map { bytes in
        Tensor(
          bytes: bytes[batch.lowerBound * size..<batch.upperBound * size],
          shape: shape.batchShape(batch.count), on: backend
        ) { Float($0) / 255 }
      }
      return try withoutGradient {
        try change(inputs).affine(scale: 255, offset: 0.5).packedBytes().values()
      }
    }
  }
}
