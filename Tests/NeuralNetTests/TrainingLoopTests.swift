import Autograd
import ComputeBackend
import Devices
import NeuralNet
import Testing

/// Whole training steps on the CPU backend.
@Suite struct TrainingLoopTests {
  let backend: any ComputeBackend

  init() throws { backend = try Devices.make("cpu") }

  private struct Loop {
    let network: SmallNetwork
    let optimizer: any Optimizer
    let averages: ExponentialMovingAverage

    init(seed: UInt64, usesAdam: Bool, on backend: any ComputeBackend) throws {
      network = try SmallNetwork(from: RandomWeights(seed: seed, on: backend))
      network.setTraining(true)
      let arena = ParameterArena(network.parameters.weights)
      optimizer = usesAdam ? Adam(arena) : SGD(arena, weightDecay: 1e-3, nesterov: true)
      averages = ExponentialMovingAverage(arena, decay: 0.9)
    }

    func step() -> Tensor {
      let loss = network.loss()
      optimizer.arena.backpropagate(loss)
      optimizer.step(learningRate: 0.01, clipNorm: 0.5)
      averages.update()
      return loss
    }
  }

  @Test(arguments: [false, true])
  func resumesBitForBit(usesAdam: Bool) throws {
    let first = try Loop(seed: 1, usesAdam: usesAdam, on: backend)
    for _ in 0..<3 { _ = first.step() }
    let second = try Loop(seed: 2, usesAdam: usesAdam, on: backend)
    for (parameter, saved) in zip(
      second.network.parameters.parameters, first.network.parameters.parameters)
    {
      parameter.assign(Tensor(try saved.exported(), shape: saved.exportedShape, on: backend))
    }
    try second.optimizer.restore(try first.optimizer.state())
    try second.averages.restore(try first.averages.state())
    for _ in 0..<3 {
      _ = first.step()
      _ = second.step()
    }
    let trained = try first.network.exported()
    #expect(try second.network.exported() == trained)
    let average = try first.averages.withAverages { try first.network.exported() }
    #expect(try second.averages.withAverages { try second.network.exported() } == average)
    #expect(average != trained)
    #expect(throws: OptimizerStateError.missing(name: usesAdam ? "firstMoment" : "velocity")) {
      try second.optimizer.restore([:])
    }
  }

  @Test func steadyStepsAllocateNothing() throws {
    let loop = try Loop(seed: 1, usesAdam: true, on: backend)
    var monitor = LossMonitor()
    for _ in 0..<2 { monitor.add(loop.step()) }
    backend.pool.resetCounts()
    for _ in 0..<3 { monitor.add(loop.step()) }
    #expect(backend.pool.statistics.misses == 0)
    #expect(backend.pool.statistics.hits > 0)
    #expect(try monitor.mean() != nil)
  }

  /// Evaluation in the middle of training uses the weights of the moment, and records nothing.
  @Test func evaluationFollowsTraining() throws {
    let loop = try Loop(seed: 1, usesAdam: false, on: backend)
    var losses = [Float]()
    for _ in 0..<4 {
      for _ in 0..<20 { _ = loop.step() }
      loop.network.setTraining(false)
      let recorded = loop.network.loss()
      let plain = withoutGradient { loop.network.loss() }
      #expect(recorded.requiresGradient && !plain.requiresGradient)
      #expect(abs(try recorded.item() - plain.item()) < 1e-5)
      losses.append(try plain.item())
      loop.network.setTraining(true)
    }
    #expect(losses == losses.sorted(by: >))
  }
}
