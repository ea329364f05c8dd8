import Autograd
import ComputeBackend
import Critic
import Foundation
import NeuralNet
import OpenCLBackend
import Testing
import TestSupport

@Suite(.serialized) struct CriticTrainerTests {
  private let options = CriticOptions(
    batchSize: 37, checkpointInterval: 7, maximumSteps: 30, seed: 9)

  private func trainer(
    _ options: CriticOptions, activation: CriticActivation = .softplus, on device: TestDevice
  ) throws -> CriticTrainer {
    let critic = try WassersteinCritic(
      features: 11, units: 13, activation: activation,
      from: RandomWeights(seed: 4, on: device.backend))
    return CriticTrainer(critic, options)
  }

  private func features(_ rows: Int, mean: Float, on device: TestDevice) -> Tensor {
    var random = PhiloxGenerator(seed: UInt64(rows))
    return Tensor(random.normals(rows * 11, mean: mean), shape: [rows, 11], on: device.backend)
  }

  private func weights(_ trainer: CriticTrainer) throws -> [Float] {
    try trainer.critic.parameters.weights.flatMap { try $0.exported() }
  }

  @Test(arguments: TestDevices.all)
  func restoredTrainingGoesOnBitForBit(_ device: TestDevice) throws {
    let (purified, reference) = (
      features(53, mean: 0.3, on: device), features(29, mean: 0, on: device)
    )
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("critic.safetensors")
    let whole = try trainer(options, on: device)
    _ = try whole.run(purified: purified, reference: reference)
    try whole.save(to: file)
    let expected = try whole.run(purified: purified, reference: reference)

    let restored = try trainer(options, on: device)
    try restored.restore(from: file)
    #expect(restored.step == 30)
    let found = try restored.run(purified: purified, reference: reference)
    #expect(found == expected)
    #expect(try weights(restored) == weights(whole))
    #expect(restored.step == 60)

    var other = options
    other.seed = 10
    #expect(throws: CriticError.self) { try trainer(other, on: device).restore(from: file) }
  }

  @Test(arguments: TestDevices.all)
  func theLimitIsReported(_ device: TestDevice) throws {
    var strict = options
    strict.tolerance = 0
    var steps: [Int] = []
    let found = try trainer(strict, on: device).run(
      purified: features(53, mean: 0.3, on: device), reference: features(29, mean: 0, on: device)
    ) { steps.append($0.step) }
    #expect(steps == [7, 14, 21, 28, 30])
    #expect(!found.hasConverged && found.steps == 30)
    #expect(found.distance.isFinite && found.penalty > 0)
  }

  /// Once at each of five checkpoints, whatever lies between them.
  @Test(.enabled(if: TestDevices.contains("opencl"), "no OpenCL device"))
  func onlyCheckpointsWait() throws {
    var strict = options
    strict.tolerance = 0
    let backend = try OpenCLBackend()
    let device = TestDevice("opencl", backend)
    let trainer = try trainer(strict, on: device)
    let (purified, reference) = (
      features(53, mean: 0.3, on: device), features(29, mean: 0, on: device)
    )
    let before = backend.waits
    _ = try trainer.run(purified: purified, reference: reference)
    #expect(backend.waits - before == 5)
  }

  @Test(arguments: TestDevices.all)
  func divergenceNamesItsStep(_ device: TestDevice) throws {
    let trainer = try trainer(options, on: device)
    let (purified, reference) = (
      features(53, mean: 0.3, on: device), features(29, mean: 0, on: device)
    )
    _ = try trainer.run(purified: purified, reference: reference)
    let broken = Tensor.full(.nan, [53, 11], on: device.backend)
    #expect(throws: CriticError.diverged(step: 30)) {
      try trainer.run(purified: broken, reference: reference)
    }
  }

  /// h = w·σ(V·v + b) + c and ∇h = Vᵀ(σ′ ⊙ w), over more rows than are evaluated at a time.
  @Test(arguments: TestDevices.all)
  func criticIsItsFormula(_ device: TestDevice) throws {
    for activation in CriticActivation.allCases {
      let trainer = try trainer(options, activation: activation, on: device)
      let critic = trainer.critic
      let rows = 4100
      let v = features(rows, mean: 0, on: device)
      let x = try v.values()
      let parameters = try critic.parameters.weights.map { try $0.exported() }
      let (hidden, bias, output) = (parameters[0], parameters[1], parameters[2])
      let checked = [0, 1, 4095, 4096, 4099]
      let values = try trainer.values(v)
      #expect(values.count == rows)
      let leaf = v.variable()
      let slopes = try gradient(of: critic(leaf).sum(), wrt: [leaf])[0].values()
      for row in checked {
        var (h, slope) = (parameters[3][0], [Float](repeating: 0, count: 11))
        for unit in 0..<13 {
          let z = (0..<11).reduce(bias[unit]) { $0 + hidden[unit * 11 + $1] * x[row * 11 + $1] }
          let (value, derivative): (Float, Float) =
            switch activation {
            case .relu: z > 0 ? (z, 1) : (0, 0)
            case .leakyReLU: z > 0 ? (z, 1) : (0.2 * z, 0.2)
            case .softplus: (log(1 + exp(z)), 1 / (1 + exp(-z)))
            }
          h += output[unit] * value
          for k in 0..<11 { slope[k] += hidden[unit * 11 + k] * output[unit] * derivative }
        }
        expectClose([values[row]], [h], .absolute(1e-5), "\(device.name), \(activation), h")
        expectClose(
          Array(slopes[row * 11..<(row + 1) * 11]), slope, .absolute(1e-5),
          "\(device.name), \(activation), slope")
      }
      let mean = try critic.distance(purified: v, reference: v.rows(0..<1)).item()
      expectClose(
        [mean], [values.reduce(0, +) / Float(rows) - values[0]], .absolute(1e-4), "distance")
    }
  }

  /// |ℓ − mean of the 3 before| < 10 %: 1, 2, 3 have mean 2, which 2.19 is near and 2.21 is not.
  @Test func convergenceComparesWithTheWindowBefore() {
    for (next, isMet) in [(2.19, true), (2.21, false), (1.81, true), (1.79, false)] {
      var rule = ConvergenceRule(tolerance: 0.1, window: 3)
      #expect([1, 2, 3].map { rule.isMet(by: $0) } == [false, false, false])
      #expect(rule.isMet(by: Float(next)) == isMet, "\(next)")
    }
    var negative = ConvergenceRule(tolerance: 0.1, window: 1)
    #expect([-1, -1.05, .nan].map { negative.isMet(by: $0) } == [false, true, false])
  }
}
