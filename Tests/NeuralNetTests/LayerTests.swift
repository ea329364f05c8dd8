import Autograd
import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing

/// Layers, their weights' layouts, and initial weights.
@Suite struct LayerTests {
  let backend = ReferenceBackend()

  /// Weights that a test gives.
  private struct GivenWeights: WeightSource {
    let backend: any ComputeBackend
    let tensors: [String: [Float]]

    func tensor(_ path: String, shape: [Int]) throws -> Tensor {
      Tensor(try #require(tensors[path]), shape: shape, on: backend)
    }
    func integer(_ path: String) throws -> Int? { 7 }
    func contains(_ path: String) -> Bool { tensors[path] != nil }
  }

  @Test func convolutionWeightsChangeLayoutAndBack() throws {
    let values = (0..<24).map { Float($0) }
    let source = GivenWeights(backend: backend, tensors: ["c.weight": values])
    let layer = try Conv2D(
      "c", inputs: 3, outputs: 2, kernel: 2, padding: .symmetric(0), bias: false, from: source)
    #expect(layer.weight.value.shape == [2, 2, 2, 3])
    // OIHW [0, i, 0, 0] is 4i, [1, 0, 1, 1] is 15.
    let ours = try layer.weight.value.values()
    #expect(Array(ours[0..<3]) == [0, 4, 8])
    #expect(ours[12 + 9] == 15)
    #expect(layer.weight.exportedShape == [2, 3, 2, 2])
    #expect(try layer.weight.exported() == values)
    layer.weight.assign(Tensor(values.map { -$0 }, shape: [2, 3, 2, 2], on: backend))
    #expect(try layer.weight.value.values() == ours.map { -$0 })
  }

  @Test func passesCanKeepStatistics() throws {
    let layer = try BatchNorm2D("bn", channels: 2, from: RandomWeights(seed: 1, on: backend))
    layer.setTraining(true)
    func pass() { _ = layer(Tensor([1, 2, 3, 4, 5, 9], shape: [3, 2], on: backend)) }
    pass()
    let before = try layer.parameters.parameters.map { try $0.exported() }
    layer.keepingStatistics { pass() }
    #expect(try layer.parameters.parameters.map { try $0.exported() } == before)
    #expect(layer.batchesTracked.value == 1)
    pass()
    #expect(try layer.runningMean.exported() != before[2])
    #expect(layer.batchesTracked.value == 2)
  }

  @Test func batchNormFollowsTheBatchesAndEvaluatesByThem() throws {
    let source = GivenWeights(
      backend: backend,
      tensors: [
        "b.weight": [2, 1], "b.bias": [1, 0], "b.running_mean": [0, 0], "b.running_var": [1, 1],
      ])
    let layer = try BatchNorm2D("b", channels: 2, epsilon: 0, from: source)
    let x = Tensor([1, 2, 3, 4, 5, 9], shape: [3, 1, 1, 2], on: backend)
    // Evaluation: gamma·x + beta, as the running statistics are 0 and 1.
    #expect(try layer(x).values() == [3, 2, 7, 4, 11, 9])
    layer.isTraining = true
    let output = try layer(x).values()
    // Means 3 and 5; biased variances 8/3 and 26/3, unbiased 4 and 13.
    #expect(abs(output[0] - (1 - 2 * 2 / Float(8.0 / 3).squareRoot())) < 1e-5)
    let mean = try layer.runningMean.exported()
    let variance = try layer.runningVariance.exported()
    #expect(abs(mean[0] - 0.3) < 1e-6 && abs(mean[1] - 0.5) < 1e-6)
    #expect(abs(variance[0] - 1.3) < 1e-6 && abs(variance[1] - 2.2) < 1e-6)
    #expect(layer.batchesTracked.value == 8)
    layer.isTraining = false
    let evaluated = try layer(x).values()
    #expect(abs(evaluated[1] - (2 - 0.5) / Float(2.2).squareRoot()) < 1e-5)
  }

  @Test func evaluationSeesChangedWeights() throws {
    let layer = try BatchNorm2D("b", channels: 1, from: RandomWeights(seed: 1, on: backend))
    let x = Tensor([1, 2], shape: [2, 1], on: backend)
    _ = layer(x)
    let changes: [(Parameter, Float)] = [
      (layer.weight, 2), (layer.bias, 3), (layer.runningMean, 1), (layer.runningVariance, 4),
    ]
    var expected: [Float] = [2, 5, 3, 3]
    for (parameter, value) in changes {
      parameter.assign(Tensor([value], shape: [1], on: backend))
      let found = try layer(x).values()[0]
      #expect(abs(found - expected.removeFirst()) < 1e-4, "\(parameter.name)")
    }
    // In training of the weights, evaluation is differentiable.
    _ = ParameterArena([layer.weight, layer.bias])
    let gradients = gradient(of: layer(x).sum(), wrt: [layer.weight.value, layer.bias.value])
    #expect(abs(try gradients[0].item() - 0.5) < 1e-4)
    #expect(try gradients[1].item() == 2)
  }

  @Test func initialWeightsDependOnNamesAlone() throws {
    let weights = RandomWeights(seed: 5, on: backend)
    let a = try weights.tensor("a.weight", shape: [64, 32], initializer: .kaimingUniform).values()
    let again = try weights.tensor("a.weight", shape: [64, 32]).values()
    let b = try weights.tensor("b.weight", shape: [64, 32]).values()
    let other = try RandomWeights(seed: 6, on: backend).tensor("a.weight", shape: [64, 32])
    #expect(a == again && a != b)
    #expect(try other.values() != a)
    let bound = 1 / Float(32).squareRoot()
    #expect(a.allSatisfy { abs($0) < bound })
    let variance = a.reduce(0) { $0 + $1 * $1 } / Float(a.count)
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.1)
    let normal = try weights.tensor(
      "c.weight", shape: [64, 16, 3, 3], initializer: .kaimingNormalFanOut
    ).values()
    let spread = normal.reduce(0) { $0 + $1 * $1 } / Float(normal.count)
    #expect(abs(spread / (2 / Float(64 * 9)) - 1) < 0.1)
  }

  @Test func learningRatesFollowTheirSchedules() {
    #expect(LearningRateSchedule.constant.factor(step: 9) == 1)
    let cosine = LearningRateSchedule.cosine(total: 110, warmup: 10)
    #expect(cosine.factor(step: 0) == 0.1 && cosine.factor(step: 9) == 1)
    #expect(cosine.factor(step: 10) == 1 && cosine.factor(step: 110) < 1e-6)
    #expect(abs(cosine.factor(step: 60) - 0.5) < 1e-6)
    let steps = LearningRateSchedule.multiStep(milestones: [5, 8], gamma: 0.5)
    #expect([4, 5, 7, 8].map { steps.factor(step: $0) } == [1, 0.5, 0.5, 0.25])
  }
}
