import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import Purification
import TestSupport
import Testing

@Suite struct NoiseBaselineTests {
  private static let size = 64

  private func network(on backend: any ComputeBackend) throws -> any Classifier {
    try ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 4, inputChannels: 1, width: 4, imageSize: 8),
      seed: 3, on: backend
    ).inferenceCopy()
  }

  /// Random images `[N, 8, 8, 1]` in [0, 1], functions of their samples.
  private func images(_ samples: [Int], on backend: any ComputeBackend) -> Tensor {
    let pixels = samples.flatMap {
      Philox.row(
        NoiseKey(seed: 1, step: 0, purpose: 0), stream: Int32($0), count: Self.size, normal: false)
    }
    return Tensor(pixels, shape: [samples.count, 8, 8, 1], on: backend)
  }

  @Test(arguments: TestDevices.all)
  func doNotDependOnTheBatch(device: TestDevice) throws {
    let samples = [7, 3, 50_000, 0, 4]
    let network = try self.network(on: device.backend)
    let friendly = FriendlyNoise(epochs: 8, seed: 9)
    let random = RandomNoise(deviation: 16, seed: 9)
    func both(_ samples: [Int]) throws -> [[Float]] {
      let images = self.images(samples, on: device.backend)
      return [
        try friendly.perturbations(of: images, samples: samples, by: network).values(),
        try random.perturbations(of: images, samples: samples).values(),
      ]
    }
    let together = try both(samples)
    for (position, sample) in samples.enumerated() {
      let part = position * Self.size..<(position + 1) * Self.size
      for (alone, all) in zip(try both([sample]), together) { #expect(alone == Array(all[part])) }
    }
    #expect(try both(samples) == together)
    let other = FriendlyNoise(epochs: 8, seed: 10)
    let images = self.images(samples, on: device.backend)
    #expect(
      try other.perturbations(of: images, samples: samples, by: network).values() != together[0])
  }

  @Test(arguments: TestDevices.all, [Float(4), 16, 40])
  func friendlyNoiseStaysInTheBall(device: TestDevice, radius: Float) throws {
    let samples = Array(0..<6)
    let found = try FriendlyNoise(radius: radius, weight: 5, seed: 2).perturbations(
      of: images(samples, on: device.backend), samples: samples, by: network(on: device.backend)
    ).values()
    #expect(found.allSatisfy { abs($0) <= radius / 255 })
    #expect(found.contains { abs($0) > 0.9 * min(radius, 8) / 255 })
  }

  /// With a network whose answer never changes, what remains is −μ·mean(ξ²): the descent by hand.
  @Test(arguments: TestDevices.all, [Float(1), 6])
  func friendlyNoiseGrowsByTheSchedule(device: TestDevice, weight: Float) throws {
    let network = try self.network(on: device.backend)
    device.backend.fill(network.head.weight.value.slice, with: 0)
    let samples = [5, 2]
    let found = try FriendlyNoise(radius: 16, weight: weight, epochs: 30, seed: 4).perturbations(
      of: images(samples, on: device.backend), samples: samples, by: network
    ).values()
    let limit = 16.0 / 255
    let expected = samples.flatMap { sample in
      Philox.row(
        NoiseKey(seed: 4, purpose: .friendlyNoise), stream: Int32(sample), count: Self.size,
        normal: false
      ).map { unit -> Double in
        var (x, velocity) = ((2 * Double(unit) - 1) * 8 / 255, 0.0)
        for epoch in 0..<30 {
          let rate = (epoch < 15 ? 1 : epoch < 21 ? 0.1 : 0.01) * 100 / 128
          let slope = abs(x) < limit ? -2 * Double(weight) * x / Double(Self.size) : 0
          velocity = 0.9 * velocity + slope
          x -= rate * (slope + 0.9 * velocity)
        }
        return min(max(x, -limit), limit)
      }
    }
    expectClose(found, expected, .relative(2e-5), "noise")
  }

  /// Noise of the same size for each image, but of random sign, changes predictions far more.
  @Test(arguments: TestDevices.all)
  func friendlyNoiseKeepsPredictions(device: TestDevice) throws {
    let world = try SmallWorld()
    let network = try ClassifierFile.load(
      URL(fileURLWithPath: world.victim), on: device.backend
    ).inferenceCopy()
    let samples = Array(0..<32)
    let pixels = try ImageDataset.open(world.dataset).unitPixels(samples)
    let images = Tensor(pixels, shape: [32, 8, 8, 1], on: device.backend)
    let friendly = try FriendlyNoise(radius: 64, weight: 8, seed: 2).perturbations(
      of: images, samples: samples, by: network
    ).values()
    var random = PhiloxGenerator(seed: 6)
    let shuffled = friendly.map { Bool.random(using: &random) ? $0 : -$0 }
    func divergence(_ noise: [Float]) throws -> Float {
      func logarithms(_ pixels: [Float]) -> Tensor {
        let x = Tensor(pixels, shape: [32, 8, 8, 1], on: device.backend)
        return logSoftmax(network.logits(network.configuration.normalization.normalize(x)))
      }
      let noisy = zip(pixels, noise).map { min(max($0 + $1, 0), 1) }
      return try klDivergence(of: logarithms(pixels), from: logarithms(noisy)).mean().item()
    }
    let (kept, lost) = (try divergence(friendly), try divergence(shuffled))
    let size = (friendly.reduce(0) { $0 + $1 * $1 } / Float(friendly.count)).squareRoot() * 255
    #expect(size > 16 && kept < 0.05 * lost, "divergence \(kept) and \(lost), size \(size)")
  }

  @Test(arguments: TestDevices.all)
  func randomNoiseHasItsDeviation(device: TestDevice) throws {
    let samples = Array(100..<200)
    let noise = try RandomNoise(deviation: 16, seed: 3).perturbations(
      of: images(samples, on: device.backend), samples: samples
    ).values()
    let count = Float(noise.count)
    let mean = noise.reduce(0, +) / count
    let deviation = (noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    // Five standard errors of 6,400 numbers.
    #expect(abs(mean) < 5 * 16 / 255 / 80)
    #expect(abs(deviation * 255 - 16) < 5 * 16 / 113)
    let four = try RandomNoise(deviation: 4, seed: 3).perturbations(
      of: images(samples, on: device.backend), samples: samples
    ).values()
    expectClose(four.map { 4 * $0 }, noise, .relative(1e-6), "scaled")
  }
}
