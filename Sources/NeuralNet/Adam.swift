import ComputeBackend

/// Adam (Kingma and Ba, 2015); with decoupled weight decay AdamW (Loshchilov and Hutter, 2019).
public final class Adam: Optimizer {
  public let arena: ParameterArena
  public let beta1: Float
  public let beta2: Float
  public let epsilon: Float
  public let weightDecay: Float
  public let decoupledWeightDecay: Bool
  /// Steps taken.
  public private(set) var steps = 0
  private let firstMoment: BufferSlice
  private let secondMoment: BufferSlice

  public init(
    _ arena: ParameterArena, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0, decoupledWeightDecay: Bool = false
  ) {
    self.arena = arena
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    firstMoment = arena.makeZeros()
    secondMoment = arena.makeZeros()
  }

  public func step(learningRate: Float, gradientScale: BufferSlice?) {
    steps += 1
    arena.backend.adamStep(
      AdamParameters(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        weightDecay: weightDecay, decoupledWeightDecay: decoupledWeightDecay, step: steps),
      weights: arena.weights, gradients: arena.gradients, firstMoment: firstMoment,
      secondMoment: secondMoment, gradientScale: gradientScale)
  }

  public func state() throws -> [String: [Float]] {
    [
      "firstMoment": try arena.backend.downloadFloats(firstMoment),
      "secondMoment": try arena.backend.downloadFloats(secondMoment),
      // Exact up to 2²⁴ steps.
      "steps": [Float(steps)],
    ]
  }

  public func restore(_ state: [String: [Float]]) throws {
    let first = try state.array("firstMoment", count: arena.count)
    let second = try state.array("secondMoment", count: arena.count)
    steps = try state.steps("steps")
    arena.backend.upload(first, to: firstMoment)
    arena.backend.upload(second, to: secondMoment)
  }
}
