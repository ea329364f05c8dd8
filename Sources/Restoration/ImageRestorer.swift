import Autograd
import ComputeBackend
import Datasets

/// R at work: poisoned images to clean ones of the same size, whatever the batch.
public struct ImageRestorer {
  private let networks: RestorationNetworks
  /// Images that go through the network at once.
  private static let batchSize = 64

  public init(_ networks: RestorationNetworks) { self.networks = networks }

  /// Bytes `[N, H, W, C]` to bytes of the same shape.
  public func restore(_ images: [UInt8]) throws -> [UInt8] {
    let frame = networks.frame
    let size = frame.shape.byteCount
    precondition(images.count % size == 0, "restore: \(images.count) bytes of \(frame.shape)")
    var result: [UInt8] = []
    result.reserveCapacity(images.count)
    for start in stride(from: 0, to: images.count, by: Self.batchSize * size) {
      let bytes = frame.pad(Array(images[start..<min(start + Self.batchSize * size, images.count)]))
      let shape = frame.padded.batchShape(bytes.count / frame.padded.byteCount)
      let restored = try withoutGradient {
        let x = Tensor(bytes: bytes, shape: shape, on: networks.backend) { Float($0) / 127.5 - 1 }
        // To the nearest byte.
        return try networks.restorer(x).affine(scale: 127.5, offset: 128).packedBytes().values()
      }
      result += frame.crop(restored)
    }
    return result
  }
}
