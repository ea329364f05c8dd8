import Autograd
import Checkpoints
import Datasets
import NetworkSupport
import NeuralNet
import Restoration
import TestSupport
import Testing

struct RestorationStepTests {
  private static let shape = ImageShape(height: 16, width: 32, channels: 1)

  private func images(_ salt: Int, on device: TestDevice) -> Tensor {
    Tensor(
      FormulaWeights.values(3 * Self.shape.byteCount, salt: salt).map { 2 * Float($0) },
      shape: Self.shape.batchShape(3), on: device.backend)
  }

  /// All losses, and the slopes of all weights, of PyTorch: `step` in
  /// `Tests/Fixtures/Restoration/networks.py`.
  @Test(arguments: TestDevices.all)
  func lossesAndGradientsAreThoseOfPyTorch(device: TestDevice) throws {
    let file = try SafetensorsFile(
      Fixtures.package.appendingPathComponent("Tests/Fixtures/Restoration/step.safetensors"))
    let networks = try RestorationNetworks(
      .init(width: 4), for: Self.shape, from: FormulaWeights(backend: device.backend))
    let parameters = networks.parameters.parameters
    let arena = ParameterArena(parameters)
    let step = RestorationStep(networks: networks, weights: .init(identity: 2))
    let (gradients, losses) = step(clean: images(1, on: device), poisoned: images(2, on: device))
    expectClose(try losses.values(), try file.floats("losses"), .elementwise(3e-5), "losses")
    #expect(gradients.count == parameters.count)
    #expect(Set(file.names) == Set(parameters.map(\.name) + ["losses"]))
    arena.store(gradients)
    for (parameter, gradient) in zip(parameters, gradients) {
      let theirs = parameter.layout == .plain ? gradient : gradient.permuted([0, 3, 1, 2])
      let direction = Tensor(
        FormulaWeights.values(theirs.count, salt: 3).map { Float($0) }, shape: theirs.shape,
        on: device.backend)
      let slope = try (theirs * direction).sum().item()
      let norm = try theirs.square().sum().squareRoot().item()
      let expected = try file.floats(parameter.name)[0]
      #expect(
        abs(slope - expected) < 1e-3 * max(norm, abs(expected)) + 1e-5,
        "\(parameter.name): \(slope), not \(expected)")
    }
  }

  /// Generators that change nothing lose nothing by distances, and the discriminators see the
  /// images themselves.
  @Test func untrainedGeneratorsKeepDistancesAtZero() throws {
    let device = try #require(TestDevices.all.first)
    let networks = try RestorationNetworks(
      .init(width: 4), for: Self.shape, from: RandomWeights(seed: 3, on: device.backend))
    let arena = ParameterArena(networks.parameters.weights)
    let (clean, poisoned) = (images(1, on: device), images(2, on: device))
    let step = RestorationStep(networks: networks, weights: .init(identity: 1))
    let (gradients, losses) = step(clean: clean, poisoned: poisoned)
    #expect(gradients.count == arena.parameters.count)
    let found = try losses.values()
    let kinds: [RestorationLoss] = [.cycle, .content, .identity]
    #expect(kinds.allSatisfy { found[$0.place] == 0 })
    func mean(_ logits: Tensor) throws -> Float { try logits.softplus().mean().item() }
    let discriminator = networks.cleanDiscriminator
    let expected = try mean(-discriminator(clean)) + mean(discriminator(poisoned))
    #expect(abs(found[RestorationLoss.cleanDiscriminator.place] - expected) < 1e-5)
    #expect(
      try abs(found[RestorationLoss.restoring.place] - mean(-discriminator(poisoned))) < 1e-5)
  }
}
