import Attacks
import Autograd
import ComputeBackend
import Datasets
import Devices
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
