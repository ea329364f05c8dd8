import ComputeBackend
import Testing
import TestSupport

/// Five steps of each optimiser against PyTorch's, stored in `optimizers.json`.
@Suite(.serialized, .requiresFixtures) struct PyTorchOptimizerTests {
  struct Fixture: Decodable {
    var p0: [Float]
    var grads: [[Float]]
    /// Weights after each step, by optimiser.
    var trajectories: [String: [[Float]]]
  }

  private let fixture: Fixture

  init() throws { fixture = try Fixtures.json("optimizers.json") }

  @Test(
    arguments: [
      ("adam", AdamParameters(learningRate: 1e-2, step: 1)),
      (
        "adam_b0.5_0.9_wd",
        AdamParameters(learningRate: 1e-3, beta1: 0.5, beta2: 0.9, weightDecay: 1e-2, step: 1)
      ),
      (
        "adamw",
        AdamParameters(
          learningRate: 1e-2, weightDecay: 1e-2, decoupledWeightDecay: true, step: 1)
      ),
    ], comparedDevices)
  func adam(_ optimizer: (name: String, parameters: AdamParameters), _ device: TestDevice) throws {
    let moments = [zeros(on: device), zeros(on: device)]
    try expectTrajectory(optimizer.name, on: device) { step, weights, gradients in
      var parameters = optimizer.parameters
      parameters.step = step
      device.backend.adamStep(
        parameters, weights: weights, gradients: gradients, firstMoment: moments[0],
        secondMoment: moments[1], gradientScale: nil)
    }
  }

  @Test(
    arguments: [
      ("sgd_mom_wd", SGDParameters(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4)),
      (
        "sgd_nesterov",
        SGDParameters(learningRate: 0.1, momentum: 0.9, weightDecay: 0, nesterov: true)
      ),
    ], comparedDevices)
  func sgd(_ optimizer: (name: String, parameters: SGDParameters), _ device: TestDevice) throws {
    let velocity = zeros(on: device)
    try expectTrajectory(optimizer.name, on: device) { _, weights, gradients in
      device.backend.sgdStep(
        optimizer.parameters, weights: weights, gradients: gradients, velocity: velocity,
        gradientScale: nil)
    }
  }

  private func zeros(on device: TestDevice) -> BufferSlice {
    let slice = device.backend.makeBuffer(count: fixture.p0.count)[fixture.p0.count]
    device.backend.fill(slice, with: 0)
    return slice
  }

  private func expectTrajectory(
    _ name: String, on device: TestDevice,
    step: (_ number: Int, _ weights: BufferSlice, _ gradients: BufferSlice) -> Void
  ) throws {
    let weights = zeros(on: device)
    device.backend.upload(fixture.p0, to: weights)
    let trajectory = try #require(fixture.trajectories[name])
    for (number, expected) in trajectory.enumerated() {
      let gradients = zeros(on: device)
      device.backend.upload(fixture.grads[number], to: gradients)
      step(number + 1, weights, gradients)
      expectClose(
        try device.backend.downloadFloats(weights), expected, .elementwise(1e-6, floor: 1),
        "\(device.name), \(name), step \(number + 1)")
    }
  }
}
