import Autograd
import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing
import TestSupport

/// The optimisers against five steps of PyTorch's, stored in `optimizers.json`.
@Suite(.serialized, .requiresFixtures) struct PyTorchOptimizerTests {
  private struct Fixture: Decodable {
    var p0: [Float]
    var grads: [[Float]]
    /// Weights after each step, by optimiser.
    var trajectories: [String: [[Float]]]
  }

  /// An optimiser of the fixture, made for an arena.
  struct Recipe: Sendable, CustomTestStringConvertible {
    var name: String
    var learningRate: Float
    var make: @Sendable (ParameterArena) -> any Optimizer

    init(
      _ name: String, learningRate: Float,
      make: @escaping @Sendable (ParameterArena) -> any Optimizer
    ) {
      self.name = name
      self.learningRate = learningRate
      self.make = make
    }

    var testDescription: String { name }
  }

  static let recipes = [
    Recipe("adam", learningRate: 1e-2) { Adam($0) },
    Recipe("adam_b0.5_0.9_wd", learningRate: 1e-3) {
      Adam($0, beta1: 0.5, beta2: 0.9, weightDecay: 1e-2)
    },
    Recipe("adamw", learningRate: 1e-2) {
      Adam($0, weightDecay: 1e-2, decoupledWeightDecay: true)
    },
    Recipe("sgd_mom_wd", learningRate: 0.1) { SGD($0, momentum: 0.9, weightDecay: 5e-4) },
    Recipe("sgd_nesterov", learningRate: 0.1) {
      SGD($0, momentum: 0.9, weightDecay: 0, nesterov: true)
    },
  ]

  /// The weights are two parameters of the arena, so that its gaps take part too.
  @Test(arguments: recipes, PyTorchLayerTests.devices)
  func trajectoriesAgree(_ recipe: Recipe, _ device: TestDevice) throws {
    let fixture: Fixture = try Fixtures.json("optimizers.json")
    func split(_ values: [Float]) -> [Tensor] {
      [
        Tensor(Array(values[..<5]), shape: [5], on: device.backend),
        Tensor(Array(values[5...]), shape: [values.count - 5], on: device.backend),
      ]
    }
    let parameters = split(fixture.p0).enumerated().map { Parameter("\($0)", value: $1) }
    let optimizer = recipe.make(ParameterArena(parameters))
    let trajectory = try #require(fixture.trajectories[recipe.name])
    #expect(trajectory.count == 5)
    for (step, expected) in trajectory.enumerated() {
      optimizer.step(gradients: split(fixture.grads[step]), learningRate: recipe.learningRate)
      expectClose(
        try parameters.flatMap { try $0.exported() }, expected, .elementwise(1e-6, floor: 1),
        "\(device.name), \(recipe.name), step \(step + 1)")
    }
  }
}
