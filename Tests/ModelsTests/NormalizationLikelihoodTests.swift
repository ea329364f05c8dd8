import Autograd
import ComputeBackend
import Foundation
import Models
import NeuralNet
import TestSupport
import Testing

@Suite struct NormalizationLikelihoodTests {
  /// Two channels of mean 0 and 1, deviation 1 and 2.
  private struct Statistics: WeightSource {
    let backend: any ComputeBackend

    func contains(_ path: String) -> Bool { true }

    func tensor(_ path: String, shape: [Int]) throws -> Tensor {
      let values: [Float] =
        path.hasSuffix("mean") ? [0, 1] : path.hasSuffix("var") ? [1, 4] : [1, 1]
      return Tensor(values, shape: shape, on: backend)
    }
  }

  /// By hand (detectors.md).
  ///
  /// Inputs (0.5, 1) have −1.0439 and −1.6121, so −1.6121; (3, 1) has
  /// −5.4189 in its first channel. Of two pixels the less likely counts.
  @Test(arguments: TestDevices.all) func likelihoodsByHand(device: TestDevice) throws {
    let norm = try BatchNorm2D("bn", channels: 2, from: Statistics(backend: device.backend))
    let input = Tensor([0.5, 1, 0.5, 1, 3, 1, 0.5, 1], shape: [2, 2, 1, 2], on: device.backend)
    expectClose(
      try norm.logLikelihood(of: input).values(), [-1.6121, -5.4189], .absolute(1e-4), "ℓ")
  }

  /// Every layer's, in the order of the parameters, from what the layers see.
  @Test(arguments: TestDevices.all) func everyLayerIsAsked(device: TestDevice) throws {
    let architectures: [(ClassifierConfiguration.Architecture, Int)] = [
      (.resNet20, 19), (.resNet18, 20), (.preActResNet18, 16),
    ]
    for (architecture, layers) in architectures {
      let network = ClassifierFile.random(
        ClassifierConfiguration(
          architecture, classes: 3, inputChannels: 1, width: 4, imageSize: 8),
        seed: 3, on: device.backend)
      let pixels = (0..<3 * 64).map { (i: Int) -> Float in Float((i * 7919) % 101) / 50 - 1 }
      let x = Tensor(pixels, shape: [3, 8, 8, 1], on: device.backend)
      let before = try network.features(x).values()
      let found = try network.normalizationLogLikelihoods(x).map { try $0.values() }
      #expect(found.count == layers)
      #expect(try network.features(x).values() == before)
      // Running statistics of a new network: mean 0, variance 1.
      let norms = network.parameters.normalizations
      let constant = -0.5 * log(1.00001) - 0.5 * log(2 * Double.pi)
      var expected = [[Double]](repeating: [], count: layers)
      for (number, norm) in norms.enumerated() {
        norm.onInput = { input in
          let values = (try? input.values()) ?? []
          let size = values.count / 3
          expected[number] = (0..<3).map { (sample: Int) -> Double in
            let own = values[sample * size..<(sample + 1) * size]
            let greatest = own.map { Double($0 * $0) }.max() ?? .nan
            return -0.5 * greatest / 1.00001 + constant
          }
        }
      }
      _ = network.features(x)
      for (values, wanted) in zip(found, expected) {
        expectClose(values, wanted, .relative(1e-5), "ℓ of \(architecture)")
      }
      #expect(Set(found.flatMap { $0 }).count == 3 * layers)
    }
  }
}
