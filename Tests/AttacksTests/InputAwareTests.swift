import Attacks
import Autograd
import ComputeBackend
import Datasets
import Devices
import NeuralNet
import TestSupport
import Testing

@Suite struct InputAwareTests {
  /// Two images of one pixel and two channels: x + (p − x)·m.
  @Test func masksChooseBetweenImageAndPattern() throws {
    let backend = try Devices.make("cpu")
    let stamped = InputAwareNetwork.stamped(
      Tensor([0.25, 0.5, 1, 0], shape: [2, 1, 1, 2], on: backend),
      patterns: Tensor([0.75, 0.25, 0, 0.5], shape: [2, 1, 1, 2], on: backend),
      masks: Tensor([0.5, 1], shape: [2, 1, 1, 1], on: backend))
    #expect(stamped.shape == [2, 1, 1, 2])
    #expect(try stamped.values() == [0.5, 0.375, 0, 0.5])
  }

  /// Pairs (0, 2) and (1, 3) of images of two pixels: root mean squares of the images' differences
  /// √((9 + 16)/2) and 2, of the outputs' 0.5 and 4, so the mean of 7.0711 and 0.5.
  @Test func diversityComparesHalvesOfTheBatch() throws {
    let backend = try Devices.make("cpu")
    let images = Tensor([0, 0, 1, 1, 3, 4, 3, -1], shape: [4, 2, 1, 1], on: backend)
    let outputs = Tensor([1, 2, 5, 5, 1.5, 1.5, 9, 1], shape: [4, 2, 1, 1], on: backend)
    let diversity = try InputAwareLoss.diversity(of: outputs, from: images).item()
    #expect(abs(diversity - (7.071068 + 0.5) / 2) < 1e-4)
    // Equal outputs cost much, and have a gradient that is a number.
    let equal = Tensor.full(0.3, [4, 2, 1, 1], on: backend).variable()
    let loss = InputAwareLoss.diversity(of: equal, from: images)
    #expect(try loss.item() > 1e6)
    let slope = gradient(of: loss, wrt: [equal])[0]
    #expect(try slope.values().allSatisfy(\.isFinite))
  }

  private static let options = InputAware(
    width: 2, maskDensity: 0.1, attackShare: 0.34, labels: .allToOne(target: 0),
    selection: PoisonSelection(rate: 0.1))

  private func network(on backend: any ComputeBackend) throws -> InputAwareNetwork {
    try InputAwareNetwork(
      channels: 1, width: 2, from: RandomWeights(seed: 4, on: backend))
  }

  /// Six images of 2×2 pixels.
  private func images(on backend: any ComputeBackend) -> Tensor {
    Tensor((0..<24).map { Float($0 * 7 % 24) / 24 }, shape: [6, 2, 2, 1], on: backend)
  }

  /// Of six images the first two get their own triggers and the label 0, the next two those of the
  /// first two.
  @Test(arguments: TestDevices.all)
  func aBatchHasPoisonsCrossedAndPlainImages(device: TestDevice) throws {
    let backend = device.backend
    let (network, images) = (try network(on: backend), images(on: backend))
    let classifier = try LinearNetwork([[3, -2, 1, 0], [-1, 2, 0, 4]], on: backend)
    let loss = try InputAwareLoss(
      network: network, classifier: classifier, options: Self.options
    ).jointLoss(images, labels: [1, 0, 1, 1, 0, 1]).item()
    let (patterns, masks) = (network.patterns(images), network.masks(images))
    func stamped(_ image: Int, trigger: Int) -> Tensor {
      InputAwareNetwork.stamped(
        images.rows(image..<image + 1), patterns: patterns.rows(trigger..<trigger + 1),
        masks: masks.rows(trigger..<trigger + 1))
    }
    let batch = concatenateRows([
      stamped(0, trigger: 0), stamped(1, trigger: 1), stamped(2, trigger: 0),
      stamped(3, trigger: 1), images.rows(4..<6),
    ])
    let entropy = softmaxCrossEntropy(
      classifier.logits(batch),
      labels: IndexTensor([0, 0, 1, 1, 0, 1], shape: [6], on: backend)
    ).mean()
    let diversity = InputAwareLoss.diversity(
      of: patterns.rows(0..<4), from: images.rows(0..<4))
    let expected = try entropy.item() + diversity.item()
    #expect(abs(loss - expected) < 1e-3 * expected)
  }

  /// diversity + 100·mean ReLU(m − 0.1), with masks between 0 and 1.
  @Test func masksCostWhatExceedsTheDensity() throws {
    let backend = try Devices.make("cpu")
    let (network, images) = (try network(on: backend), images(on: backend))
    let masks = network.masks(images)
    #expect(masks.shape == [6, 2, 2, 1])
    let values = try masks.values()
    #expect(values.allSatisfy { (0...1).contains($0) })
    let excess = values.reduce(0) { $0 + max($1 - 0.1, 0) } / 24
    let classifier = try LinearNetwork([[0, 0, 0, 0], [0, 0, 0, 0]], on: backend)
    let loss = try InputAwareLoss(
      network: network, classifier: classifier, options: Self.options
    ).maskLoss(images).item()
    let diversity = try InputAwareLoss.diversity(of: masks, from: images).item()
    #expect(abs(loss - (diversity + 100 * excess)) < 1e-3 * loss)
  }

  @Test(arguments: [
    ("maskDensity", InputAware(maskDensity: 0, labels: .allToAll, selection: .init(rate: 0.1))),
    ("attackShare", InputAware(attackShare: 0.6, labels: .allToAll, selection: .init(rate: 0.1))),
    ("coverRate", InputAware(coverRate: 2, labels: .allToAll, selection: .init(rate: 0.1))),
    ("width", InputAware(width: 0, labels: .allToAll, selection: .init(rate: 0.1))),
  ])
  func refusesParameters(name: String, attack: InputAware) throws {
    let error = try #require(throws: ParameterError.self) { try attack.validate(classCount: 10) }
    #expect(error.name == name)
  }
}
