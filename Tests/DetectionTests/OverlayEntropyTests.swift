import Autograd
import ComputeBackend
import Datasets
import Detection
import Foundation
import Models
import TestSupport
import Testing

@Suite struct OverlayEntropyTests {
  /// Six gray 4×4 images.
  private struct Images: LabelledImages {
    let shape = ImageShape(height: 4, width: 4, channels: 1)
    let classCount = 3
    let labels: [Int32] = [0, 1, 2, 0, 1, 2]

    func images(_ samples: [Int]) throws -> [UInt8] {
      samples.flatMap { sample in (0..<16).map { UInt8(($0 * 13 + sample * 41) % 256) } }
    }
  }

  /// H(½, ½) = ln 2 and H(1, 0) = 0: on average 0.34657, half of ln 2.
  @Test(arguments: TestDevices.all) func entropyByHand(device: TestDevice) throws {
    let logits = Tensor([3, 3, 200, 0], shape: [2, 2], on: device.backend)
    let found = try OverlayEntropy.entropy(logits).values()
    #expect(abs(found[0] - log(2)) < 1e-6 && found[1] == 0)
    #expect(abs((found[0] + found[1]) / 2 - 0.346_57) < 1e-5)
  }

  /// The same from normalized pixels added on the host; whatever the batch.
  @Test(arguments: TestDevices.all) func isThatOfSums(device: TestDevice) throws {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 3, inputChannels: 1, width: 4, imageSize: 4),
      seed: 9, on: device.backend)
    network.setTraining(false)
    let images = Images()
    let overlays = [1, 4]
    let normalized = try (0..<6).map { sample in
      try images.images([sample]).map { (Float($0) / 255 - 0.5) / 0.5 }
    }
    let expected = try (0..<6).map { sample in
      let sums = overlays.flatMap { overlay in
        zip(normalized[sample], normalized[overlay]).map { $0 + 0.5 * $1 }
      }
      let logits = network.logits(Tensor(sums, shape: [2, 4, 4, 1], on: device.backend))
      return try softmax(logits).values().reduce(0) { $0 - $1 * log($1) } / 2
    }
    let entropy = try OverlayEntropy(network, overlays: overlays, of: images, strength: 0.5)
    for batch in [1, 4, 6] {
      let found = try entropy.values(of: images, batchSize: batch)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4) }
    }
  }
}
