import Autograd
import ComputeBackend
import Datasets
import Models
import Runs

/// A feature extractor on each device of a pool.
package struct FeatureExtractors {
  /// The same network on every device.
  package let all: [FeatureExtractor]
  package let devices: DevicePool

  /// - Parameter extractor: on the pool's first device.
  package init(_ extractor: FeatureExtractor, on devices: DevicePool) throws {
    self.devices = devices
    all =
      [extractor]
      + (try devices.backends.dropFirst().map {
        try FeatureExtractor(try extractor.network.inferenceCopy(on: $0), side: extractor.side)
      })
  }

  package init(_ extractor: FeatureExtractor) {
    all = [extractor]
    devices = DevicePool(extractor.network.backend)
  }

  package var first: FeatureExtractor { all[0] }

  /// Features `[count, featureCount]` of images on the first device.
  ///
  /// Images are read in batches, by the device that computes a batch; a single device reads the
  /// next one meanwhile.
  ///
  /// - Parameters:
  ///   - batchSize: images at once; changes speed and memory only.
  ///   - progress: is told how many images are done; what it throws ends the work.
  package func features(
    of images: any LabelledImages, batchSize: Int = 256,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    try features(
      count: images.count, shape: images.shape, batchSize: batchSize,
      bytes: { try images.images($0) }, progress: progress)
  }

  /// Features of images that a function makes.
  ///
  /// - Parameter bytes: some images, `[N, H, W, C]`; called from other threads.
  package func features(
    count: Int, shape: ImageShape, batchSize: Int,
    bytes: @escaping @Sendable (_ samples: [Int]) throws -> [UInt8],
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    try features(count: count, batchSize: batchSize, made: bytes, progress: progress) {
      Tensor(bytes: $0, shape: shape.batchShape($1), on: $2, ImageShape.unit)
    }
  }

  /// The same of images that are not whole bytes.
  ///
  /// - Parameter pixels: some images in [0, 1], `[N, H, W, C]`; called from other threads.
  package func features(
    count: Int, shape: ImageShape, batchSize: Int,
    pixels: @escaping @Sendable (_ samples: [Int]) throws -> [Float],
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    try features(count: count, batchSize: batchSize, made: pixels, progress: progress) {
      Tensor($0, shape: shape.batchShape($1), on: $2)
    }
  }

  private typealias Making<Element> = (
    _ values: [Element], _ rows: Int, _ backend: any ComputeBackend
  ) -> Tensor

  private func features<Element: Sendable>(
    count: Int, batchSize: Int,
    made: @escaping @Sendable (_ samples: [Int]) throws -> [Element],
    progress: (_ done: Int) throws -> Void, tensor: @escaping Making<Element>
  ) throws -> Tensor {
    if all.count == 1 {
      return try first.features(
        count: count, batchSize: batchSize, made: made, progress: progress, tensor: tensor)
    }
    // No device is given anything by this thread while its own is at work.
    var values: [Float] = []
    let width = first.featureCount
    values.reserveCapacity(count * width)
    try devices.share(pieces: (count + batchSize - 1) / batchSize) { device, piece in
      let samples = Array(piece * batchSize..<min((piece + 1) * batchSize, count))
      let batch = tensor(try made(samples), samples.count, devices.backends[device])
      return try withoutGradient { try all[device](batch).values() }
    } receive: {
      values += $0
      try progress(values.count / width)
    }
    return Tensor(values, shape: [count, width], on: devices.first)
  }
}

extension FeatureExtractor {
  fileprivate func features<Element: Sendable>(
    count: Int, batchSize: Int,
    made: @escaping @Sendable (_ samples: [Int]) throws -> [Element],
    progress: (_ done: Int) throws -> Void,
    tensor: (_ values: [Element], _ rows: Int, _ backend: any ComputeBackend) -> Tensor
  ) throws -> Tensor {
    let backend = network.backend
    let result = Tensor.empty([count, featureCount], on: backend)
    let batches = Prefetcher(from: 0) { number in
      let start = min(number * batchSize, count)
      return try made(Array(start..<min(start + batchSize, count)))
    }
    for start in stride(from: 0, to: count, by: batchSize) {
      let rows = min(batchSize, count - start)
      let batch = tensor(try batches.next(), rows, backend)
      let features = withoutGradient { self(batch) }
      backend.copy(
        features.slice,
        into: result.slice.range(from: start * featureCount, count: features.count))
      // Reading runs ahead of the device by one batch at most.
      try backend.synchronize()
      try progress(start + rows)
    }
    return result
  }
}
