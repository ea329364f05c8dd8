import Autograd
import Datasets
import Models

extension Classifier {
  /// The most likely label of each image; the network must be set to evaluation.
  public func predictions(for images: any LabelledImages, batchSize: Int = 256) throws -> [Int32] {
    var result: [Int32] = []
    try forEachBatch(of: images, batchSize: batchSize) { _, pixels in
      result += try logits(pixels).argmax().values()
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

  /// The names of the hidden layers, front to back; see `LayerVisitor`.
  public func layers(for images: any LabelledImages) throws -> [String] {
    let batch = try BatchLoader.batch(
      [0], of: images, normalization: configuration.normalization)
    var names: [String] = []
    withoutGradient {
      _ = features(Tensor(batch.pixels, shape: batch.tensorShape, on: backend)) { name, _ in
        names.append(name)
      }
    }
    return names
  }

  /// The share of images whose label is predicted.
  public func accuracy(on images: any LabelledImages, batchSize: Int = 256) throws -> Double {
    let predicted = try predictions(for: images, batchSize: batchSize)
    return Double(zip(predicted, images.labels).count { $0 == $1 }) / Double(images.count)
  }

  /// The cross entropy of each image and its label; the network must be set to evaluation.
  public func losses(on images: any LabelledImages, batchSize: Int = 256) throws -> [Float] {
    var result: [Float] = []
    try forEachBatch(of: images, batchSize: batchSize) { batch, pixels in
      let labels = IndexTensor(batch.labels, shape: [batch.count], on: backend)
      result += try softmaxCrossEntropy(logits(pixels), labels: labels).values()
    }
    return result
  }

  /// Calls `body` with all images in their order, a batch at a time, without augmentation.
  ///
  /// Nothing is recorded for gradients. The next batch is read meanwhile.
  ///
  /// - Parameters:
  ///   - batchSize: images at once; changes speed and memory only.
  ///   - body: gets a batch on the host, and its normalized pixels `[N, H, W, C]` on the device.
  public func forEachBatch(
    of images: any LabelledImages, batchSize: Int = 256,
    _ body: (_ batch: Batch, _ pixels: Tensor) throws -> Void
  ) throws {
    let (count, normalization) = (images.count, configuration.normalization)
    let batches = Prefetcher(from: 0) { number in
      let start = min(number * batchSize, count)
      return try BatchLoader.batch(
        Array(start..<min(start + batchSize, count)), of: images, normalization: normalization)
    }
    for _ in stride(from: 0, to: count, by: batchSize) {
      let batch = try batches.next()
      try withoutGradient {
        try body(batch, Tensor(batch.pixels, shape: batch.tensorShape, on: backend))
      }
    }
  }
}
