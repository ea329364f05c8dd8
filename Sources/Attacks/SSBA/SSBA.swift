import Autograd
import ComputeBackend
import Datasets
import Foundation
import NeuralNet
import Support
import Training

/// SSBA, also ISSBA (Li et al., "Invisible Backdoor Attack with Sample-Specific Triggers", 2021):
/// an encoder writes the same secret bits into each image, as a residual that depends on the image,
/// and the label is the attacker's.
///
/// Encoder and decoder learn on the dataset's own images: the decoder to read random bits (binary
/// cross entropy), the encoder to change images little (λ·mean square of the residual, with λ from
/// 0 to `residualWeight` in the second and third tenth of the training). They are StegaStamp's at a
/// size for small images, without its perceptual and critic losses.
public struct SSBA: LearnedTriggerAttack {
  public static let id = "ssba"

  /// Channels of the first layers.
  public var width: Int
  public var bits: Int
  /// λ.
  public var residualWeight: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    width: Int = 16, bits: Int = 20, residualWeight: Double = 10, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.width = width
    self.bits = bits
    self.residualWeight = residualWeight
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    try validateWidth()
    guard (1...1000).contains(bits) else {
      throw ParameterError("bits", bits, "a secret has 1 to 1000 bits")
    }
    guard residualWeight > 0, residualWeight.isFinite else {
      throw ParameterError("residualWeight", residualWeight, "it must be a number above 0")
    }
  }

  func makeNetwork(
    _ shape: ImageShape, from weights: any WeightSource
  ) throws -> any TriggerNetwork { try makeEncoder(shape, from: weights) }

  private func makeEncoder(
    _ shape: ImageShape, from weights: any WeightSource
  ) throws -> SecretEncoder {
    try SecretEncoder(
      height: shape.height, width: shape.width, channels: shape.channels, bits: bits,
      layerWidth: width, from: weights)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    let (training, samples) = try prepared(dataset, context)
    let backend = try training.backend()
    let weights = RandomWeights(seed: selection.seed, on: backend)
    let encoder = try makeEncoder(dataset.shape, from: weights)
    let decoder = try SecretDecoder(
      height: dataset.height, width: dataset.width, channels: dataset.channels, bits: bits,
      layerWidth: width, from: weights)
    try training.train(
      [encoder, decoder], on: dataset, .init(name: "encoder and decoder"), identity: self,
      in: context
    ) { loss($0, by: encoder, decoder) }
    let secret = secret()
    encoder.setSecret(secret)
    var plan = try plan(for: dataset, samples: samples, by: encoder)
    plan.remarks = [try remark(plan, secret: secret, decoder: decoder)]
    return plan
  }

  /// BCE(decoder(x′), bits) + λ·mean (x′ − x)² for random bits, `[1]`.
  private func loss(
    _ examples: AttackTraining.Examples, by encoder: SecretEncoder, _ decoder: SecretDecoder
  ) -> Tensor {
    let (images, count) = (examples.images, examples.samples.count)
    let uniform = Tensor.empty([count, bits], on: images.backend)
    let streams = IndexTensor(examples.samples, shape: [count], on: images.backend)
    images.backend.randomUniform(
      NoiseKey(
        seed: selection.seed, step: UInt32(examples.step), purpose: .secretBits),
      streams: streams.slice, rows: count, columns: bits, into: uniform.slice)
    let secrets = (uniform - 0.5).sign().affine(scale: 0.5, offset: 0.5)
    let encoded = encoder.encoded(images, bits: secrets)
    return affineSum([
      (1, Self.binaryCrossEntropy(decoder(encoded), secrets)),
      (residualWeight(step: examples.step, of: examples.steps), (encoded - images).meanOfSquares()),
    ])
  }

  /// λ of a step: 0 in the first tenth of the training, and the whole from the fourth on.
  package func residualWeight(step: Int, of steps: Int) -> Float {
    let share = Double(step) / Double(steps)
    return Float(residualWeight * min(max((share - 0.1) / 0.2, 0), 1))
  }

  /// The mean over all elements of log(1 + eˢ) − s·b for scores s and bits b, `[1]`.
  package static func binaryCrossEntropy(_ scores: Tensor, _ bits: Tensor) -> Tensor {
    (scores.softplus() - scores * bits).mean()
  }

  /// The bits of all triggers.
  private func secret() -> [Float] {
    var random = PhiloxGenerator(seed: selection.seed, purpose: .attackPattern)
    return (0..<bits).map { _ in Bool.random(using: &random) ? 1 : 0 }
  }

  /// How many bits can be read from the poisons, and how far bytes moved.
  private func remark(
    _ plan: PoisonPlan, secret: [Float], decoder: SecretDecoder
  ) throws -> String {
    let shape = plan.dataset.shape
    var (read, moved) = (0, 0)
    for batch in plan.samples.indices.batches(of: 256) {
      let samples = Array(plan.samples[batch])
      let (before, after) = (try plan.dataset.images(samples), try plan.images(samples))
      moved += zip(before, after).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      let images = Tensor(
        bytes: after, shape: shape.batchShape(batch.count), on: decoder.backend
      ) { Float($0) / 255 }
      let scores = try withoutGradient { try decoder(images).values() }
      read += scores.enumerated().count { ($1 > 0) == (secret[$0 % bits] > 0.5) }
    }
    let (poisons, bytes) = (Double(plan.samples.count), Double(shape.byteCount))
    return "The decoder reads \(NumberFormat.percent(Double(read) / (poisons * Double(bits)))) of "
      + "the bits; bytes moved by \(NumberFormat.rate(Double(moved) / (poisons * bytes))) levels "
      + "on average"
  }
}
