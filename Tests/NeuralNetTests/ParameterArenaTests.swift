import Autograd
import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing

/// Weights in the arena, and what optimisers and averages do to them.
@Suite struct ParameterArenaTests {
  let backend = ReferenceBackend()

  /// A convolution, normalisation and classifier of `[N, 5, 5, 2]` images.
  private final class Network: Module {
    let convolution: Conv2D
    let normalization: BatchNorm2D
    let classifier: Linear

    init(from source: any WeightSource) throws {
      convolution = try Conv2D(
        "conv", inputs: 2, outputs: 3, kernel: 3, stride: 2, padding: .symmetric(1), bias: false,
        from: source, initializer: .kaimingNormalFanOut)
      normalization = try BatchNorm2D("bn", channels: 3, from: source)
      classifier = try Linear("fc", inputs: 3, outputs: 4, from: source)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      classifier(globalAveragePool(normalization(convolution(x), activation: .relu)))
    }

    func collectParameters(into list: inout ParameterList) {
      convolution.collectParameters(into: &list)
      normalization.collectParameters(into: &list)
      classifier.collectParameters(into: &list)
    }
  }

  private func network(seed: UInt64 = 1) throws -> Network {
    try Network(from: RandomWeights(seed: seed, on: backend))
  }

  private func images(_ count: Int) -> Tensor {
    let values = Philox.row(
      NoiseKey(seed: 3, step: 0, purpose: 0), stream: 0, count: count * 50, normal: true)
    return Tensor(values, shape: [count, 5, 5, 2], on: backend)
  }

  private func loss(_ network: Network) -> Tensor {
    let labels = IndexTensor([0, 1, 2, 3, 0, 1], shape: [6], on: backend)
    return softmaxCrossEntropy(network(images(6)), labels: labels).mean()
  }

  @Test func keepsValuesAndMakesVariables() throws {
    let network = try network()
    let weights = network.parameters.weights
    #expect(weights.map(\.name) == ["conv.weight", "bn.weight", "bn.bias", "fc.weight", "fc.bias"])
    let before = try weights.map { try $0.exported() }
    #expect(weights.allSatisfy { !$0.value.requiresGradient })
    #expect(!loss(network).requiresGradient)
    let arena = ParameterArena(weights)
    #expect(try weights.map { try $0.exported() } == before)
    #expect(weights.allSatisfy { $0.value.requiresGradient })
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
      let first = try loss(network).item()
      for _ in 0..<60 {
        arena.backpropagate(loss(network))
        optimizer.step(learningRate: useAdam ? 0.03 : 0.1, clipNorm: 1)
      }
      #expect(try loss(network).item() < 0.3 * first)
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

  @Test func resumesWhereItWas() throws {
    for useAdam in [false, true] {
      func make(_ network: Network) -> (any Optimizer, ExponentialMovingAverage) {
        let arena = ParameterArena(network.parameters.weights)
        let averages = ExponentialMovingAverage(arena, decay: 0.9)
        return (useAdam ? Adam(arena) : SGD(arena), averages)
      }
      func train(
        _ network: Network, _ optimizer: any Optimizer, _ averages: ExponentialMovingAverage
      ) {
        for _ in 0..<3 {
          optimizer.arena.backpropagate(loss(network))
          optimizer.step(learningRate: 0.01)
          averages.update()
        }
      }
      let first = try network()
      let (optimizer, averages) = make(first)
      train(first, optimizer, averages)
      let second = try network(seed: 2)
      for (parameter, saved) in zip(second.parameters.parameters, first.parameters.parameters) {
        parameter.assign(
          Tensor(try saved.exported(), shape: saved.exportedShape, on: backend))
      }
      let (otherOptimizer, otherAverages) = make(second)
      try otherOptimizer.restore(try optimizer.state())
      try otherAverages.restore(try averages.state())
      train(first, optimizer, averages)
      train(second, otherOptimizer, otherAverages)
      func weights(_ network: Network) throws -> [Float] {
        try network.parameters.parameters.flatMap { try $0.exported() }
      }
      // Not bit for bit here: the reference computes in Double and saves floats.
      func difference(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
      }
      let trained = try weights(first)
      #expect(difference(trained, try weights(second)) < 1e-5)
      let average = try averages.withAverages { try weights(first) }
      #expect(difference(average, try otherAverages.withAverages { try weights(second) }) < 1e-5)
      #expect(difference(average, trained) > 1e-3)
      #expect(throws: OptimizerStateError.self) { try otherOptimizer.restore([:]) }
    }
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

  @Test func steadyTrainingAllocatesNothing() throws {
    let network = try network()
    network.setTraining(true)
    let arena = ParameterArena(network.parameters.weights)
    let optimizer = Adam(arena)
    let averages = ExponentialMovingAverage(arena, decay: 0.99)
    var monitor = LossMonitor()
    func step() {
      let loss = loss(network)
      arena.backpropagate(loss)
      optimizer.step(learningRate: 1e-3, clipNorm: 1)
      averages.update()
      monitor.add(loss)
    }
    for _ in 0..<2 { step() }
    backend.pool.resetCounts()
    for _ in 0..<3 { step() }
    #expect(backend.pool.statistics.misses == 0)
    #expect(backend.pool.statistics.hits > 0)
    #expect(try monitor.mean() != nil)
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
