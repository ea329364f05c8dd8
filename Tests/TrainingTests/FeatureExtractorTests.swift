import Autograd
import Models
import TestSupport
import Testing
import Training

@Suite struct FeatureExtractorTests {
  private let images = MemoryImages.bars(count: 13)

  private let configuration = ClassifierConfiguration(
    .resNet20, classes: 2, inputChannels: 1, width: 4, imageSize: 8)

  @Test(arguments: TestDevices.all)
  func featuresDoNotDependOnTheBatch(device: TestDevice) throws {
    let network = ClassifierFile.random(configuration, seed: 3, on: device.backend)
    let extractor = try FeatureExtractor(network)
    var reported: [Int] = []
    let whole = try extractor.features(of: images).values()
    let parts = try extractor.features(of: images, batchSize: 5) { reported.append($0) }
    #expect(parts.shape == [13, 16])
    #expect(try parts.values() == whole)
    #expect(reported == [5, 10, 13])
    #expect(Set(whole).count > 50)
  }

  /// The same as through the network itself, whose normalisations are not folded.
  @Test(arguments: TestDevices.all)
  func gradientsReachTheImages(device: TestDevice) throws {
    let network = ClassifierFile.random(configuration, seed: 3, on: device.backend)
    let pixels = Tensor(
      try images.images([0, 1, 2]).map { Float($0) / 255 }, shape: images.shape.batchShape(3),
      on: device.backend)
    #expect(try images.unitTensor([0, 1, 2], on: device.backend).values() == pixels.values())
    func slopes(_ features: (Tensor) throws -> Tensor) throws -> [Float] {
      let x = pixels.variable()
      return try gradient(of: try features(x).square().sum(), wrt: [x])[0].values()
    }
    let found = try slopes { try FeatureExtractor(network, side: 11)($0) }
    let expected = try slopes {
      network.features((resizeBilinear($0, height: 11, width: 11) - 0.5) / 0.5)
    }
    expectClose(found, expected, .deviation(1e-4), "slopes")
    #expect(found.contains { abs($0) > 1e-3 })
  }
}
