import ComputeBackend

/// Stochastic gradient descent with momentum and weight decay, as in PyTorch.
public final class SGD: Optimizer {
  public let arena: ParameterArena
  public let momentum: Float
  public let weightDecay: Float
  public let nesterov: Bool
  private let velocity: BufferSlice

  public init(
    _ arena: ParameterArena, momentum: Float = 0.9, weightDecay: Float = 0, nesterov: Bool = false
  ) {
    self.arena = arena
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    velocity = arena.makeZeros()
  }

  public func step(learningRate: Float, gradientScale: BufferSlice?) {
    arena.backend.sgdStep(
      SGDParameters(
        learningRate: learningRate, momentum: momentum, weightDecay: weightDecay,
        nesterov: nesterov),
      weights: arena.weights, gradients: arena.gradients, velocity: velocity,
      gradientScale: gradientScale)
  }

  public func state() throws -> [String: [Float]] {
    ["velocity": try arena.backend.downloadFloats(velocity)]
  }

  public func restore(_ state: [String: [Float]]) throws {
    let values = try state.array("velocity", count: arena.count)
    arena.backend.upload(values, to: velocity)
  }
}
