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
    try FeatureExtractors(self).features(of: images, batchSize: batchSize, progress: progress)
  }

  /// Features of images that a function makes.
  ///
  /// - Parameter bytes: some images, `[N, H, W, C]`; called from another thread.
  package func features(
    count: Int, shape: ImageShape, batchSize: Int,
    bytes: @escaping @Sendable (_ samples: [Int]) throws -> [UInt8]
  ) throws -> Tensor {
    try FeatureExtractors(self).features(
      count: count, shape: shape, batchSize: batchSize, bytes: bytes)
  }
}
