import Autograd
import ComputeBackend
import Datasets
import NeuralNet
import Training

/// Perturbs images of one class so that training on them moves a model as the attacker wants
/// (Geiping et al., "Witches' Brew", 2021).
///
/// Maximises cos(t, Σᵢ ∇θ L(f(xᵢ + δᵢ), yᵢ)) over ‖δ‖∞ ≤ ε and x + δ in 0 to 255 by signed Adam. t
/// is the gradient that would teach the surrogate the attacker's goal.
///
/// The objective's gradient is exact: gradients are differentiated, in 0.27 s for 64 images and a
/// ResNet-20 (two cores of an AMD EPYC, Zen 5, beside other work). Two first-order passes instead,
/// [∇x L(θ + hu) − ∇x L(θ − hu)] / 2h, take 0.23 to 0.37 s, and point elsewhere, because ReLUs
/// turn: of h from 0.0003 to 0.3 along a unit vector the best one's cosine with the exact slope
/// is 0.45. With h = 0.01, 120 iterations for 100 images reached a cosine of 0.63; 30 exact ones
/// reach 0.83.
package final class GradientMatcher {
  /// The images to be perturbed.
  package struct Poisons {
    /// Their numbers in the dataset, from which random numbers are drawn.
    package var samples: [Int]
    package var labels: [Int32]
    /// `[P, H, W, C]`.
    package var pixels: [UInt8]
    package var shape: ImageShape

    package init(samples: [Int], labels: [Int32], pixels: [UInt8], shape: ImageShape) {
      self.samples = samples
      self.labels = labels
      self.pixels = pixels
      self.shape = shape
    }
  }

  /// What one attempt made.
  package struct Attempt {
    /// `[P, H, W, C]`, rounded to bytes.
    package var pixels: [UInt8]
    /// The cosine before each iteration, with augmentation.
    package var cosines: [Float]
    /// That of the final bytes, without augmentation.
    package var cosine: Float
  }

  /// What is matched: a gradient t, flat, on the weights of a surrogate.
  package struct Aim {
    package var surrogate: SurrogateGradients
    package var target: Tensor

    package init(_ surrogate: SurrogateGradients, target: Tensor) {
      self.surrogate = surrogate
      self.target = target
    }
  }

  /// Images that go through the network at once: memory, and the rounding of sums.
  package static let defaultBatchSize = 128

  package var batchSize = GradientMatcher.defaultBatchSize
  /// Trains the surrogate again where the options say so: from the poisons as they are,
  /// `[P, H, W, C]`, to what is matched from then on.
  package var retrain: ((_ pixels: [UInt8]) throws -> Aim)?
  private let aim: Aim
  private let poisons: Poisons
  private let options: GradientMatchingOptions
  private let backend: any ComputeBackend
  private let images: Tensor
  private let bounds: (lower: Tensor, upper: Tensor)

  package init(_ aim: Aim, poisons: Poisons, options: GradientMatchingOptions) {
    self.aim = aim
    self.poisons = poisons
    self.options = options
    backend = aim.surrogate.backend
    let size = poisons.shape
    images = Tensor(
      bytes: poisons.pixels,
      shape: [poisons.samples.count, size.height, size.width, size.channels], on: backend)
    let epsilon = Float(options.epsilon)
    bounds = (
      lower: (-images).clamped(-epsilon, 0), upper: (255 - images).clamped(0, epsilon)
    )
  }

  /// One attempt; those of other numbers start elsewhere.
  ///
  /// - Parameter progress: is told the iterations done and the last cosine, every tenth time.
  /// - Throws: `AttackError.noGradient`.
  package func attempt(
    _ number: Int, progress: (_ iteration: Int, _ cosine: Float) throws -> Void = { _, _ in }
  ) throws -> Attempt {
    var aim = self.aim
    let perturbation = initialPerturbation(number)
    let gradient = Tensor.empty(images.shape, on: backend)
    let moments = (Tensor.zeros(images.shape, on: backend), Tensor.zeros(images.shape, on: backend))
    var cosines: [Tensor] = []
    for iteration in 0..<options.iterations {
      let epoch = number * options.iterations + iteration
      cosines.append(writeGradient(perturbation, aim, epoch: epoch, into: gradient))
      backend.adamStep(
        AdamParameters(
          learningRate: options.step * options.decay(iteration: iteration), step: iteration + 1),
        weights: perturbation.slice, gradients: gradient.slice, firstMoment: moments.0.slice,
        secondMoment: moments.1.slice, gradientScale: nil)
      project(perturbation)
      let done = iteration + 1
      // Waits now and then, so that the host does not run far ahead of the device.
      if done % 10 == 0 || done == options.iterations {
        try progress(done, try value(cosines[iteration]))
      }
      if options.retrains(after: done) {
        guard let retrain else { preconditionFailure("GradientMatcher.attempt: no retraining") }
        aim = try retrain(try bytes(perturbation))
      }
    }
    let pixels = try bytes(perturbation)
    let final = Tensor(bytes: pixels, shape: images.shape, on: backend)
    return Attempt(
      pixels: pixels, cosines: try concatenateRows(cosines).values(),
      cosine: try value(cosine(of: final, aim)))
  }

  /// cos(t, Σ ∇θ L) of images as they are, `[1]`.
  package func cosine(of images: Tensor, _ aim: Aim) -> Tensor {
    let sum = aim.surrogate.parameters(batches) {
      aim.surrogate.loss(images.rows($0), labels: labels($0))
    }
    return cosineAndAscent(sum, target: aim.target).cosine
  }

  /// The poisons rounded to bytes, `[P, H, W, C]`.
  private func bytes(_ perturbation: Tensor) throws -> [UInt8] {
    try (images + perturbation).values().map { UInt8(min(max($0.rounded(), 0), 255)) }
  }

  /// Normal numbers of deviation ε, inside the bounds.
  private func initialPerturbation(_ attempt: Int) -> Tensor {
    let streams = IndexTensor(
      poisons.samples.map { Int32($0) }, shape: [poisons.samples.count], on: backend)
    let noise = Tensor.empty(images.shape, on: backend)
    backend.randomNormal(
      NoiseKey(
        seed: options.seed, step: UInt32(attempt), purpose: .poisonPerturbation),
      streams: streams.slice, rows: poisons.samples.count, columns: poisons.shape.byteCount,
      into: noise.slice)
    let start = noise * Float(options.epsilon)
    project(start)
    return start
  }

  /// Writes the sign of ∂(1 − cos)/∂δ; returns the cosine.
  private func writeGradient(
    _ perturbation: Tensor, _ aim: Aim, epoch: Int, into gradient: Tensor
  ) -> Tensor {
    let surrogate = aim.surrogate
    let poisoned = images + perturbation
    func loss(_ range: Range<Int>, _ images: Tensor) -> Tensor {
      let changed = options.augmentation.apply(
        to: images, samples: Array(poisons.samples[range]), seed: options.seed, epoch: epoch)
      return surrogate.loss(changed, labels: labels(range))
    }
    func differentiable(_ range: Range<Int>) -> (images: Tensor, gradients: [Tensor]) {
      let variable = poisoned.rows(range).variable()
      return (variable, surrogate.differentiable(loss(range, variable)))
    }
    // The ascent needs all batches; the graph of a single one need not be made twice.
    let single = batches.count == 1 ? differentiable(batches[0]) : nil
    let sum =
      single.map { surrogate.flat($0.gradients) }
      ?? surrogate.parameters(batches) { loss($0, poisoned.rows($0)) }
    let (cosine, ascent) = cosineAndAscent(sum, target: aim.target)
    for range in batches {
      let part = single ?? differentiable(range)
      let slope = surrogate.mixed(part.gradients, along: ascent, wrt: part.images)
      backend.copy((-slope).sign().slice, into: gradient.rows(range).slice)
    }
    return cosine
  }

  /// Puts δ back inside the bounds.
  private func project(_ perturbation: Tensor) {
    let shape = BlockShape(inner: perturbation.count)
    for (operation, bound) in [(BinaryOperation.maximum, bounds.lower), (.minimum, bounds.upper)] {
      backend.binary(
        operation, perturbation.slice, bound.slice, shape: shape, axesOfB: .all,
        into: perturbation.slice)
    }
  }

  private func value(_ cosine: Tensor) throws -> Float {
    let value = try cosine.item()
    guard value.isFinite else { throw AttackError.noGradient }
    return value
  }

  private func labels(_ range: Range<Int>) -> [Int32] { Array(poisons.labels[range]) }

  private var batches: [Range<Int>] { poisons.samples.indices.batches(of: batchSize) }
}

extension Range<Int> {
  /// Consecutive parts of at most `size`.
  func batches(of size: Int) -> [Range<Int>] {
    stride(from: lowerBound, to: upperBound, by: size).map { $0..<Swift.min($0 + size, upperBound) }
  }
}
