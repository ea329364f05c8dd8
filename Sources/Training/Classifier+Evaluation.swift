import Autograd
import Datasets
import Models

extension Classifier {
  /// The most likely label of each image; the network must be set to evaluation.
  public func predictions(for images: any LabelledImages, batchSize: Int = 256) throws -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(images.count)
    while result.count < images.count {
      let samples = Array(result.count..<min(result.count + batchSize, images.count))
      let batch = try BatchLoader.batch(
        samples, of: images, normalization: configuration.normalization)
      result += try withoutGradient {
        try logits(Tensor(batch.pixels, shape: batch.tensorShape, on: backend)).argmax().values()
      }
    }
    return result
  }

  /// Whether features and scores of the first images are numbers, which finite weights do not
  /// promise.
  public func hasFiniteOutputs(for images: any LabelledImages) throws -> Bool {
    let batch = try BatchLoader.batch(
      Array(0..<min(images.count, 16)), of: images, normalization: configuration.normalization)
    let (features, logits) = withoutGradient {
      featuresAndLogits(Tensor(batch.pixels, shape: batch.tensorShape, on: backend))
    }
    return try (features.values() + logits.values()).allSatisfy(\.isFinite)
  }

  /// The share of images whose label is predicted.
  public func accuracy(on images: any LabelledImages, batchSize: Int = 256) throws -> Double {
    let predicted = try predictions(for: images, batchSize: batchSize)
    return Double(zip(predicted, images.labels).count { $0 == $1 }) / Double(images.count)
  }
}
