import Autograd
import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import Training

/// What one sifter says of each sample.
package struct SifterOpinion: Equatable {
  /// Of S, before its sigmoid, of the diluted images.
  package var logits: [Float]
  /// Cross-entropies of the diluted images.
  package var dilutedLosses: [Float]
  /// Cross-entropies of the images as they are.
  package var losses: [Float]

  package init(logits: [Float] = [], dilutedLosses: [Float] = [], losses: [Float] = []) {
    self.logits = logits
    self.dilutedLosses = dilutedLosses
    self.losses = losses
  }

  private static let format = "elixir-gpu sifter 1"

  func save(to url: URL) throws {
    func stored(_ values: [Float]) -> StoredTensor { StoredTensor(values, shape: [values.count]) }
    try SafetensorsFile.write(
      [
        "logits": stored(logits), "dilutedLosses": stored(dilutedLosses), "losses": stored(losses),
      ], metadata: ["format": Self.format], to: url)
  }

  static func load(_ url: URL) throws -> SifterOpinion {
    let file = try Checkpoint(url)
    return SifterOpinion(
      logits: try file.floats("logits"), dilutedLosses: try file.floats("dilutedLosses"),
      losses: try file.floats("losses"))
  }
}

extension Sifter {
  /// Samples that go through the network at once.
  private static let batchSize = 256

  /// Weighs every image, diluted as this sifter's number says.
  ///
  /// - Throws: `SiftingError.notANumber` where a loss or weight is not finite.
  func opinion(
    of images: any LabelledImages, dilution: Dilution, seed: UInt64, number: Int,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> SifterOpinion {
    let backend = network.backend
    let (count, shape, labels) = (images.count, images.shape, images.labels)
    let batches = Prefetcher(from: 0) { batch in
      let start = min(batch * Self.batchSize, count)
      let samples = Array(start..<min(start + Self.batchSize, count))
      return (
        bytes: try images.images(samples),
        plan: DilutionPlan(dilution, samples: samples, shape: shape, seed: seed, sifter: number)
      )
    }
    var opinion = SifterOpinion()
    for start in stride(from: 0, to: count, by: Self.batchSize) {
      let end = min(start + Self.batchSize, count)
      let (bytes, plan) = try batches.next()
      try withoutGradient {
        let batch = Tensor(bytes: bytes, shape: shape.batchShape(end - start), on: backend) {
          Float($0) / 255
        }
        let truth = IndexTensor(Array(labels[start..<end]), shape: [end - start], on: backend)
        let diluted = losses(plan.applied(to: batch), labels: truth)
        opinion.logits += try weighting.logits(diluted).values()
        opinion.dilutedLosses += try diluted.values()
        opinion.losses += try losses(batch, labels: truth).values()
      }
      try progress(end)
    }
    for values in [opinion.logits, opinion.dilutedLosses, opinion.losses] {
      if let sample = values.firstIndex(where: { !$0.isFinite }) {
        throw SiftingError.notANumber(sample: sample, sifter: number)
      }
    }
    return opinion
  }
}
