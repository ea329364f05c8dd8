import Autograd
import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import Training

/// What one sifter says of each sample.
package struct SifterOpinion: Equatable {
  /// Of S, before its sigmoid, of the diluted images.
  package var logits: [Double]
  /// Cross-entropies of the diluted images.
  package var dilutedLosses: [Float]
  /// Cross-entropies of the images as they are.
  package var losses: [Float]

  package init(logits: [Double] = [], dilutedLosses: [Float] = [], losses: [Float] = []) {
    self.logits = logits
    self.dilutedLosses = dilutedLosses
    self.losses = losses
  }

  private static let format = "elixir-gpu sifter 1"

  func save(to url: URL) throws {
    func stored(_ values: [Float]) -> StoredTensor { StoredTensor(values, shape: [values.count]) }
    // A logit as two numbers of 32 bits, which the file can hold.
    let high = logits.map { Float($0) }
    let low = zip(logits, high).map { Float($0 - Double($1)) }
    try SafetensorsFile.write(
      [
        "logits": stored(high), "logitRemainders": stored(low),
        "dilutedLosses": stored(dilutedLosses), "losses": stored(losses),
      ], metadata: ["format": Self.format], to: url)
  }

  static func load(_ url: URL) throws -> SifterOpinion {
    let file = try Checkpoint(url)
    let (high, low) = (try file.floats("logits"), try file.floats("logitRemainders"))
    return SifterOpinion(
      logits: zip(high, low).map { Double($0) + Double($1) },
      dilutedLosses: try file.floats("dilutedLosses"),
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
        opinion.logits += try weighting.exactLogits(diluted)
        opinion.dilutedLosses += try diluted.values()
        opinion.losses += try losses(batch, labels: truth).values()
      }
      try progress(end)
    }
    for sample in 0..<count {
      let isFinite =
        opinion.logits[sample].isFinite && opinion.dilutedLosses[sample].isFinite
        && opinion.losses[sample].isFinite
      if !isFinite { throw SiftingError.notANumber(sample: sample, sifter: number) }
    }
    return opinion
  }
}
