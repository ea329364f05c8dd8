import Autograd
import ComputeBackend
import Datasets
import Models
import Training

/// Gradients of the score of each image's label, with respect to what the batch normalizations
/// take, which is what convolutions give; means over all pixels (AGPD).
package struct LabelGradients {
  private let network: any Classifier
  private let images: any LabelledImages
  private let batchSize: Int

  /// - Parameters:
  ///   - network: set to evaluation.
  ///   - batchSize: images at once; changes speed and memory only.
  package init(of network: any Classifier, on images: any LabelledImages, batchSize: Int) {
    self.network = network
    self.images = images
    self.batchSize = batchSize
  }

  /// Calls `body` with some samples at a time, in order, and of each layer their gradients as
  /// directions `[samples, channels]`.
  package func forEachBatch(
    of samples: [Int], _ body: (_ samples: [Int], _ layers: [Directions]) throws -> Void
  ) throws {
    let (images, batchSize) = (images, batchSize)
    let normalization = network.configuration.normalization
    let batches = Prefetcher(from: 0) { number in
      let start = min(number * batchSize, samples.count)
      return try BatchLoader.batch(
        Array(samples[start..<min(start + batchSize, samples.count)]), of: images,
        normalization: normalization)
    }
    for _ in stride(from: 0, to: samples.count, by: batchSize) {
      let batch = try batches.next()
      let layers = try gradients(batch).map { layer in
        Directions(try layer.values(), columns: layer.shape[1])
      }
      try body(batch.samples.map { Int($0) }, layers)
    }
  }

  /// `[N, channels]` of each layer.
  private func gradients(_ batch: Batch) -> [Tensor] {
    let normalizations = network.parameters.normalizations
    var inputs = [Tensor?](repeating: nil, count: normalizations.count)
    for (number, layer) in normalizations.enumerated() {
      layer.onInput = { inputs[number] = $0 }
    }
    defer { for layer in normalizations { layer.onInput = nil } }
    let backend = network.backend
    let pixels = Tensor(batch.pixels, shape: batch.tensorShape, on: backend).variable()
    let logits = network.logits(pixels)
    let classes = logits.shape[1]
    var chosen = [Float](repeating: 0, count: batch.count * classes)
    for (row, label) in batch.labels.enumerated() { chosen[row * classes + Int(label)] = 1 }
    let found = gradient(
      of: logits, wrt: inputs.compactMap { $0 },
      upstream: Tensor(chosen, shape: logits.shape, on: backend))
    return withoutGradient { found.map(globalAveragePool) }
  }
}
