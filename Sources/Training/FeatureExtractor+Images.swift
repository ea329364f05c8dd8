import Autograd
import ComputeBackend
import Datasets
import Models

extension FeatureExtractor {
  /// Features `[count, featureCount]` of images, which are read in batches, the next one while a
  /// batch is computed; only the features stay.
  ///
  /// - Parameters:
  ///   - batchSize: images at once; changes speed and memory only.
  ///   - progress: is told how many images are done; what it throws ends the work.
  public func features(
    of images: any LabelledImages, batchSize: Int = 256,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    try features(
      count: images.count, shape: images.shape, batchSize: batchSize,
      pixels: { try images.unitPixels($0) }, progress: progress)
  }

  /// Features of images that a function makes.
  ///
  /// - Parameter pixels: some images in [0, 1], `[N, H, W, C]`; called from another thread.
  package func features(
    count: Int, shape: ImageShape, batchSize: Int,
    pixels: @escaping @Sendable (_ samples: [Int]) throws -> [Float],
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    let backend = network.backend
    let result = Tensor.empty([count, featureCount], on: backend)
    let batches = Prefetcher(from: 0) { number in
      let start = min(number * batchSize, count)
      return try pixels(Array(start..<min(start + batchSize, count)))
    }
    for start in stride(from: 0, to: count, by: batchSize) {
      let rows = min(batchSize, count - start)
      let batch = Tensor(try batches.next(), shape: shape.batchShape(rows), on: backend)
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
