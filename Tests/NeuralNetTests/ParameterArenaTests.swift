import Autograd
import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing

/// Weights in the arena, and what optimisers and averages do to them.
@Suite struct ParameterArenaTests {
  let backend = ReferenceBackend()

  private func network(seed: UInt64 = 1) throws -> SmallNetwork {
    try SmallNetwork(from: RandomWeights(seed: seed, on: backend))
  }

  @Test func keepsValuesAndMakesVariables() throws {
    let network = try network()
    let weights = network.parameters.weights
    #expect(weights.map(\.name) == ["conv.weight", "bn.weight", "bn.bias", "fc.weight", "fc.bias"])
    let before = try weights.map { try $0.exported() }
    #expect(weights.allSatisfy { !$0.value.requiresGradient })
    #expect(!network.loss().requiresGradient)
    #expect(network.backend === backend)
    let arena = ParameterArena(weights)
    #expect(try weights.map { try $0.exported() } == before)
    #expect(weights.allSatisfy { $0.value.requiresGradient })
    #expect(network.backend === backend)
    #expect(network.weightCount == 54 + 3 + 3 + 12 + 4)
    #expect(arena.count == 64 + 16 + 16 + 16 + 16)
  }

  @Test func trainingLowersTheLoss() throws {
    for useAdam in [false, true] {
      let network = try network()
      network.setTraining(true)
      let arena = ParameterArena(network.parameters.weights)
      let optimizer: any Optimizer =
        useAdam ? Adam(arena) : SGD(arena, momentum: 0.9, weightDecay: 1e-4)
      let first = try network.loss().item()
      for _ in 0..<60 {
        arena.backpropagate(network.loss())
        optimizer.step(learningRate: useAdam ? 0.03 : 0.1, clipNorm: 1)
      }
      #expect(try network.loss().item() < 0.3 * first)
      #expect(network.normalization.batchesTracked.value == 62)
    }
  }

  @Test func clippingScalesToTheNorm() throws {
    let parameter = Parameter("w", value: Tensor([1, 1], shape: [2], on: backend))
    let arena = ParameterArena([parameter])
    let optimizer = SGD(arena, momentum: 0)
    let gradient = Tensor([3, 4], shape: [2], on: backend)
    optimizer.step(gradients: [gradient], learningRate: 1, clipNorm: 0.5)
    let clipped = try parameter.value.values()
    #expect(abs(clipped[0] - 0.7) < 1e-6 && abs(clipped[1] - 0.6) < 1e-6)
    optimizer.step(gradients: [gradient], learningRate: 0.1, clipNorm: 10)
    let free = try parameter.value.values()
    #expect(abs(free[0] - 0.4) < 1e-6 && abs(free[1] - 0.2) < 1e-6)
  }

  @Test func accumulatesGradients() throws {
    let parameter = Parameter("w", value: Tensor([1, 2], shape: [2], on: backend))
    let arena = ParameterArena([parameter])
    arena.backpropagate(parameter.value.square().sum())
    arena.backpropagate(parameter.value.sum(), accumulating: true)
    let gradients = try backend.downloadFloats(arena.gradients.range(from: 0, count: 2))
    #expect(gradients == [3, 5])
    #expect(abs(try arena.gradientNorm().item() - Float(34).squareRoot()) < 1e-6)
  }

  /// Elsewhere parameters are variables of their own; those of before then are what they were, so
  /// that what was computed from them can still be differentiated.
  @Test func variablesElsewhereLeaveTheOldOnes() throws {
    let parameter = Parameter("w", value: Tensor([3], shape: [1], on: backend))
    let arena = ParameterArena([parameter])
    let square = parameter.value.square()
    let elsewhere = backend.makeBuffer(count: arena.count)[arena.count]
    backend.fill(elsewhere, with: 5)
    let slope = try arena.withVariables(elsewhere) {
      try gradient(of: parameter.value.square(), wrt: arena.variables)[0].item()
    }
    #expect(slope == 10)
    #expect(try gradient(of: square, wrt: arena.variables)[0].item() == 6)
  }

  @Test func averagesFollowTheWeights() throws {
    let parameter = Parameter("w", value: Tensor([1], shape: [1], on: backend))
    let arena = ParameterArena([parameter])
    let averages = ExponentialMovingAverage(arena, decay: 0.5, warmsUp: false)
    parameter.assign(Tensor([3], shape: [1], on: backend))
    averages.update()
    let average = try averages.withAverages {
      #expect(!parameter.value.requiresGradient)
      return try parameter.exported()
    }
    #expect(average == [2])
    #expect(try parameter.exported() == [3])
    #expect(parameter.value.requiresGradient)
  }

  @Test func monitorFindsWhatIsNotFinite() throws {
    var monitor = LossMonitor()
    for value: Float in [1, 3] { monitor.add(Tensor([value], shape: [1], on: backend)) }
    #expect(try monitor.mean() == 2)
    #expect(try monitor.mean() == nil)
    for value: Float in [1, .nan, 2] { monitor.add(Tensor([value], shape: [1], on: backend)) }
    #expect(throws: NonFiniteLoss.self) { try monitor.mean() }
  }
}
