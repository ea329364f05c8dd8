import Attacks
import Autograd
import Datasets
import Devices
import Models
import NeuralNet
import TestSupport
import Testing

@Suite struct LIRATests {
  /// Adds 0.5 to each pixel.
  private final class Brightening: TriggerNetwork {
    func collectParameters(into list: inout ParameterList) {}
    func triggered(_ images: Tensor) -> Tensor { images + 0.5 }
  }

  /// Scores are x₀ and 2x₁, so an image (0, 0.5) of label 1 has the scores 0 and 1, and (0.5, 2)
  /// with the trigger, whose label is to be 0.
  @Test(arguments: TestDevices.all)
  func theLossWeighsCleanAndTriggeredImages(device: TestDevice) throws {
    let network = try LinearNetwork([[1, 0, 0, 0], [0, 2, 0, 0]], on: device.backend)
    let attack = LIRA(
      cleanShare: 0.25, labels: .allToOne(target: 0), selection: PoisonSelection(rate: 0.1))
    let images = Tensor([0, 0.5, 0, 0], shape: [1, 2, 2, 1], on: device.backend)
    let loss = try attack.loss(images, labels: [1], by: Brightening(), network).item()
    // log(e⁰ + e¹) − 1 and log(e^0.5 + e²) − 0.5.
    #expect(abs(loss - (0.25 * 0.3132617 + 0.75 * 1.7014133)) < 1e-5)
  }

  @Test func refusesParameters() throws {
    for (name, attack) in [
      ("epsilon", LIRA(epsilon: 0.5, labels: .allToAll, selection: .init(rate: 0.1))),
      ("cleanShare", LIRA(cleanShare: 1, labels: .allToAll, selection: .init(rate: 0.1))),
      ("rate", LIRA(labels: .allToAll, selection: .init(rate: 2))),
    ] {
      let error = try #require(throws: ParameterError.self) { try attack.validate(classCount: 10) }
      #expect(error.name == name)
    }
  }
}
