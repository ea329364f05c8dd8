import Autograd
import ComputeBackend
import Detection
import Models
import TestSupport
import Testing

@Suite struct ModelInversionTests {
  /// Rows 1 2 / 4 8 of one channel: downward |3| + |6|, to the right |1| + |4|; twice, and with two
  /// channels that differ from one another.
  @Test(arguments: TestDevices.all) func totalVariationByHand(device: TestDevice) throws {
    let one = Tensor([1, 2, 4, 8], shape: [1, 2, 2, 1], on: device.backend)
    #expect(try ModelInversion.totalVariation(one).item() == 14)
    let two = Tensor([1, 2, 4, 8, 8, 4, 2, 1], shape: [2, 2, 2, 1], on: device.backend)
    #expect(try ModelInversion.totalVariation(two).item() == 28)
    let channels = Tensor(
      [1, 10, 2, 20, 4, 40, 8, 80], shape: [1, 2, 2, 2], on: device.backend)
    #expect(try ModelInversion.totalVariation(channels).item() == 14 + 140)
    let single = Tensor([3], shape: [1, 1, 1, 1], on: device.backend)
    #expect(try ModelInversion.totalVariation(single).item() == 0)
  }

  /// The images become what the network, here one with random weights, takes for their classes.
  @Test(arguments: TestDevices.all) func raisesTheClassesProbability(device: TestDevice) throws {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 3, inputChannels: 1, width: 4, imageSize: 8),
      seed: 5, on: device.backend)
    network.setTraining(false)
    var random = PhiloxGenerator(seed: 1)
    let starts = Tensor(
      random.normals(192, mean: 0.5, deviation: 0.1), shape: [3, 8, 8, 1], on: device.backend)
    let labels = IndexTensor([0, 1, 2], shape: [3], on: device.backend)
    func losses(_ images: Tensor) throws -> [Float] {
      try softmaxCrossEntropy(
        network.logits(network.configuration.normalization.normalize(images)), labels: labels
      ).values()
    }
    var inversion = ModelInversion()
    (inversion.steps, inversion.learningRate, inversion.smoothness) = (60, 0.1, 0)
    var done: [Int] = []
    let images = try inversion.images(from: starts, classes: [0, 1, 2], network: network) {
      done.append($0)
    }
    #expect(done == [10, 20, 30, 40, 50, 60])
    for (before, after) in zip(try losses(starts), try losses(images)) {
      #expect(after < before)
    }
    #expect(try images.values().allSatisfy { (0...1).contains($0) })
    // Smooth images cost less.
    inversion.smoothness = 0.01
    let smooth = try inversion.images(from: starts, classes: [0, 1, 2], network: network)
    let (rough, even) = (
      try ModelInversion.totalVariation(images).item(),
      try ModelInversion.totalVariation(smooth).item()
    )
    #expect(even < rough)
  }
}
