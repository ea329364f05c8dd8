import Autograd
import Critic
import Datasets
import Models
import NeuralNet
import Purification
import TestSupport
import Testing

/// Step II against its formula, and what it is for: the critic's values fall.
@Suite struct PerturbationStepTests {
  private static let shape = ImageShape(height: 8, width: 8, channels: 1)
  private let images = GradedImages(shape: shape, count: 6)

  private func step(
    _ device: TestDevice, stepSize: Float, sizePenalty: Float = 0
  ) throws -> PerturbationStep {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 2, inputChannels: 1, width: 4, imageSize: 8),
      seed: 5, on: device.backend)
    let extractor = try FeatureExtractor(network)
    let critic = try WassersteinCritic(
      features: extractor.featureCount, activation: .softplus,
      from: RandomWeights(seed: 6, on: device.backend))
    return PerturbationStep(
      images: images, extractor: extractor, critic: critic, stepSize: stepSize,
      sizePenalty: sizePenalty)
  }

  @Test func selectsTheHighestValues() {
    #expect(PerturbationStep.selected([1, 5, 3, 5, 4], count: 3) == [1, 3, 4])
    #expect(PerturbationStep.selected([2, 2, 2], count: 2) == [0, 1])
  }

  @Test(arguments: TestDevices.all)
  func followsTheFormula(device: TestDevice) throws {
    let step = try step(device, stepSize: 0.5, sizePenalty: 0.3)
    let pixels = try images.images([1, 4]).map { Float($0) / 255 }
    let before = (0..<128).map { Float($0 % 7 - 3) / 100 }
    let x = Tensor(
      zip(pixels, before).map(+), shape: Self.shape.batchShape(2), on: device.backend
    ).variable()
    let slopes = try gradient(of: step.critic(step.extractor(x)).sum(), wrt: [x])[0].values()
    let expected = (0..<128).map { index in
      let moved = before[index] - 0.5 * (slopes[index] + 2 * 0.3 * before[index])
      return min(max(pixels[index] + moved, 0), 1) - pixels[index]
    }
    let moved = try step.moved([1, 4], perturbations: before)
    expectClose(
      try moved.perturbations.values(), expected, .deviation(1e-4), "perturbations")
    let after = Tensor(
      zip(pixels, expected).map(+), shape: Self.shape.batchShape(2), on: device.backend)
    expectClose(
      try moved.features.values(), try step.extractor(after).values(), .deviation(1e-4),
      "features")
    #expect(expected.contains { abs($0) > 1e-3 })
  }

  @Test(arguments: TestDevices.all)
  func findsTheStepSizeForAMovement(device: TestDevice) throws {
    var step = try step(device, stepSize: 0)
    let size = try #require(try step.stepSize([0, 2, 5], moving: 2))
    step.stepSize = Float(size)
    // Bytes from 40 to 209 leave room, so nothing is clipped.
    let moved = try step.moved([0, 2, 5], perturbations: [Float](repeating: 0, count: 3 * 64))
    let values = try moved.perturbations.values()
    let greatest = (0..<3).map { row in
      values[row * 64..<(row + 1) * 64].reduce(0) { max($0, $1.magnitude) }
    }
    let mean = greatest.reduce(0, +) / 3 * 255
    #expect(abs(mean - 2) < 1e-3)
  }

  @Test(arguments: TestDevices.all)
  func lowersTheCriticsValues(device: TestDevice) throws {
    let step = try step(device, stepSize: 0.05)
    let samples = Array(0..<6)
    let none = [Float](repeating: 0, count: 6 * 64)
    let before = try step.critic.values(step.extractor.features(of: images))
    let moved = try step.moved(samples, perturbations: none)
    let after = try step.critic.values(moved.features)
    for (old, new) in zip(before, after) { #expect(new < old) }
    // One at a time, the same bits.
    let single = try step.moved([3], perturbations: [Float](repeating: 0, count: 64))
    #expect(
      try single.perturbations.values()
        == Array(moved.perturbations.values()[3 * 64..<4 * 64]))
  }
}

/// Smooth images, each with its own slope.
struct GradedImages: LabelledImages {
  let shape: ImageShape
  let labels: [Int32]
  var classCount: Int { 2 }

  init(shape: ImageShape, count: Int) {
    self.shape = shape
    labels = (0..<Int32(count)).map { $0 % 2 }
  }

  func images(_ samples: [Int]) throws -> [UInt8] {
    samples.flatMap { sample in
      (0..<shape.byteCount).map { UInt8(40 + ($0 * (sample + 3) * 5) % 170) }
    }
  }
}
