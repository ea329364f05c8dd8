import Attacks
import Autograd
import ComputeBackend
import Datasets
import Devices
import Models
import NeuralNet
import ReferenceBackend
import TestSupport
import Testing
import Training

@Suite struct GradientMatcherTests {
  private static let shape = ImageShape(height: 8, width: 8, channels: 1)

  private func surrogate(on backend: any ComputeBackend) -> SurrogateGradients {
    SurrogateGradients(
      ClassifierFile.random(
        ClassifierConfiguration(.resNet20, classes: 3, inputChannels: 1, width: 4, imageSize: 8),
        seed: 5, on: backend))
  }

  /// Noise with a bright band: at the top for label 0, in the middle for 1, at the bottom for 2.
  private struct Bands: LabelledImages {
    let shape = GradientMatcherTests.shape
    let classCount = 3
    let labels = (0..<48).map { Int32($0 % 3) }

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { sample in
        var random = PhiloxGenerator(seed: 11, stream: UInt32(sample))
        return (0..<64).map { pixel in
          let isBright = pixel / 8 / 3 == sample % 3
          return UInt8.random(in: isBright ? 140...220 : 60...140, using: &random)
        }
      }
    }
  }

  /// A surrogate that knows the bands.
  private func trained(on backend: any ComputeBackend) throws -> SurrogateGradients {
    let surrogate = surrogate(on: backend)
    var recipe = ClassifierRecipe(epochs: 3, batchSize: 16)
    recipe.optimizer.learningRate = 0.02
    try ClassifierTrainer(surrogate.network, recipe: recipe, images: Bands()).train()
    return SurrogateGradients(surrogate.network)
  }

  /// Images of label 1.
  private func poisons(_ count: Int) -> GradientMatcher.Poisons {
    let samples = (0..<count).map { 3 * $0 + 1 }
    return GradientMatcher.Poisons(
      samples: samples, labels: [Int32](repeating: 1, count: count),
      pixels: Bands().images(samples), shape: Self.shape)
  }

  /// The gradient that would teach the surrogate that an image of label 2 has label 1.
  private func aim(_ surrogate: SurrogateGradients) -> GradientMatcher.Aim {
    let image = Tensor(
      Bands().images([2]).map { Float($0) }, shape: [1, 8, 8, 1], on: surrogate.arena.backend)
    return GradientMatcher.Aim(
      surrogate,
      target: surrogate.parameters([0..<1]) { _ in surrogate.loss(image, labels: [1]) })
  }

  private var options: GradientMatchingOptions {
    var options = GradientMatchingOptions()
    options.iterations = 30
    options.epsilon = 60
    options.step = 12
    options.augmentation = Augmentation(cropPadding: 1, flips: true)
    options.seed = 3
    return options
  }

  private func example(
    on backend: any ComputeBackend
  ) throws -> (SurrogateGradients, images: Tensor, direction: Tensor) {
    let surrogate = surrogate(on: backend)
    let poisons = poisons(3)
    var random = PhiloxGenerator(seed: 13)
    let direction = random.normals(surrogate.arena.count)
    return (
      surrogate, Tensor(poisons.pixels.map { Float($0) }, shape: [3, 8, 8, 1], on: backend),
      Tensor(direction, shape: [direction.count], on: backend)
    )
  }

  private func exact(on backend: any ComputeBackend) throws -> [Float] {
    let (surrogate, images, direction) = try example(on: backend)
    let variable = images.variable()
    let gradients = surrogate.differentiable(surrogate.loss(variable, labels: [1, 1, 1]))
    return try surrogate.mixed(gradients, along: direction, wrt: variable).values()
  }

  /// [∇x L(θ + h·u) − ∇x L(θ − h·u)] / 2h in Double, with h so small that hardly any ReLU turns.
  private func difference() throws -> [Float] {
    let (surrogate, images, direction) = try example(on: ReferenceBackend())
    let arena = surrogate.arena
    let h: Float = 1e-8
    let sides = [h, -h].map { offset in
      let moved = affineSum([
        (1, Tensor(slice: arena.weights, shape: [arena.count], on: arena.backend)),
        (offset, direction),
      ])
      return arena.withConstants(moved.slice) {
        let variable = images.variable()
        return gradient(of: surrogate.loss(variable, labels: [1, 1, 1]), wrt: [variable])[0]
      }
    }
    return try ((sides[0] - sides[1]) / (2 * h)).values()
  }

  @Test func secondOrderIsTheLimitOfDifferences() throws {
    let (exact, difference) = (try exact(on: ReferenceBackend()), try difference())
    #expect(cosine(exact, difference) > 0.9999)
    expectClose(exact, difference, .relative(0.01), "∇x ⟨∇θ L, u⟩")
  }

  @Test(arguments: TestDevices.all)
  func secondOrderAgreesOnDevices(device: TestDevice) throws {
    expectClose(
      try exact(on: device.backend), try exact(on: ReferenceBackend()), .relative(1e-3),
      "∇x ⟨∇θ L, u⟩")
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }

  /// t̂ = (1, 0, 0), Ĝ = (0.6, 0.8, 0): t̂ − 0.6·Ĝ = (0.64, −0.48, 0), of length 0.8.
  @Test func ascentIsTheCosinesGradient() throws {
    let backend = try Devices.make("cpu")
    let (cosine, ascent) = cosineAndAscent(
      Tensor([3, 4, 0], shape: [3], on: backend),
      target: Tensor([2, 0, 0], shape: [3], on: backend))
    expectClose([try cosine.item()], [0.6], .absolute(1e-6), "cosine")
    expectClose(try ascent.values(), [0.8, -0.6, 0], .absolute(1e-6), "ascent")
  }

  @Test(arguments: TestDevices.all)
  func theCosineGrowsInsideTheBall(device: TestDevice) throws {
    let surrogate = try trained(on: device.backend)
    let poisons = poisons(12)
    var options = options
    options.augmentation = .none
    let aim = aim(surrogate)
    let matcher = GradientMatcher(aim, poisons: poisons, options: options)
    var reports: [Int] = []
    let attempt = try matcher.attempt(0) { iteration, _ in reports.append(iteration) }
    #expect(reports == [10, 20, 30])
    #expect(attempt.cosines.count == 30)
    let start = attempt.cosines.prefix(3).reduce(0, +) / 3
    let end = attempt.cosines.suffix(3).reduce(0, +) / 3
    #expect(end > start + 0.03, "\(start) to \(end)")
    // The bytes, which are what counts, match better than the images did.
    let before = try matcher.cosine(
      of: Tensor(poisons.pixels.map { Float($0) }, shape: [12, 8, 8, 1], on: device.backend), aim
    ).item()
    #expect(attempt.cosine > before + 0.03, "\(before) to \(attempt.cosine)")
    let moves = zip(attempt.pixels, poisons.pixels).map { abs(Int($0) - Int($1)) }
    #expect(moves.max() == options.epsilon)
    #expect(moves.count { $0 > 0 } > moves.count / 2)
  }

  /// Sums are rounded otherwise, and so a few signs of slopes next to zero differ.
  @Test func batchesChangeRoundingsOnly() throws {
    let surrogate = try trained(on: try Devices.make("cpu"))
    var options = options
    options.iterations = 1
    func attempt(_ batchSize: Int) throws -> GradientMatcher.Attempt {
      let matcher = GradientMatcher(aim(surrogate), poisons: poisons(12), options: options)
      matcher.batchSize = batchSize
      return try matcher.attempt(0)
    }
    let (whole, parts) = (try attempt(128), try attempt(5))
    expectClose(parts.cosines, whole.cosines, .absolute(1e-5), "cosines")
    let same = zip(parts.pixels, whole.pixels).count { $0 == $1 }
    #expect(same > whole.pixels.count * 95 / 100)
  }

  @Test func repeatsFromItsSeedAndOtherAttemptsDiffer() throws {
    let surrogate = surrogate(on: try Devices.make("cpu"))
    var options = options
    options.iterations = 3
    func pixels(_ attempt: Int, seed: UInt64) throws -> [UInt8] {
      options.seed = seed
      return try GradientMatcher(
        aim(surrogate), poisons: poisons(4), options: options
      ).attempt(attempt).pixels
    }
    #expect(try pixels(0, seed: 3) == pixels(0, seed: 3))
    #expect(try pixels(0, seed: 3) != pixels(1, seed: 3))
    #expect(try pixels(0, seed: 3) != pixels(0, seed: 4))
  }

  /// After every tenth iteration but the last; then the new surrogate's gradient is matched.
  @Test func retrainingChangesTheAim() throws {
    let backend = try Devices.make("cpu")
    let (first, second) = (aim(surrogate(on: backend)), aim(try trained(on: backend)))
    let poisons = poisons(6)
    var options = options
    options.retrainingInterval = 10
    let matcher = GradientMatcher(first, poisons: poisons, options: options)
    var seen: [[UInt8]] = []
    matcher.retrain = { pixels in
      seen.append(pixels)
      return second
    }
    let attempt = try matcher.attempt(0)
    #expect(seen.count == 2 && Set(seen).count == 2)
    for pixels in seen {
      #expect(zip(pixels, poisons.pixels).allSatisfy { abs(Int($0) - Int($1)) <= options.epsilon })
    }
    let images = Tensor(attempt.pixels.map { Float($0) }, shape: [6, 8, 8, 1], on: backend)
    #expect(try matcher.cosine(of: images, second).item() == attempt.cosine)
    #expect(try matcher.cosine(of: images, first).item() != attempt.cosine)
    // Until the first retraining nothing is different.
    options.retrainingInterval = nil
    let never = try GradientMatcher(first, poisons: poisons, options: options).attempt(0)
    #expect(never.cosines.prefix(10) == attempt.cosines.prefix(10))
    #expect(never.cosines[10] != attempt.cosines[10])
  }

  @Test func weightsThatAreNoNumbersAreAnError() throws {
    let backend = try Devices.make("cpu")
    let surrogate = surrogate(on: backend)
    let aim = aim(surrogate)
    backend.fill(surrogate.arena.weights, with: .nan)
    let matcher = GradientMatcher(aim, poisons: poisons(2), options: options)
    #expect(throws: AttackError.noGradient) { try matcher.attempt(0) }
  }

  /// Official milestones of 250 iterations: 93, 156 and 218.
  @Test func stepsDecayAtTheOfficialMilestones() {
    let options = GradientMatchingOptions()
    #expect(options.iterations == 250)
    for (iteration, factor) in [
      (0, 1), (92, 1), (93, 0.1), (155, 0.1), (156, 0.01), (217, 0.01), (218, 0.001), (249, 0.001),
    ] as [(Int, Float)] {
      #expect(abs(options.decay(iteration: iteration) / factor - 1) < 1e-5)
    }
  }
}
