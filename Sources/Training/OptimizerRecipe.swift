import NeuralNet

/// How the weights follow the gradients: the part of a recipe that all trainings share.
public struct OptimizerRecipe: Hashable, Codable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    case sgd, adam, adamw
  }

  /// How the learning rate goes down.
  public enum Decay: Hashable, Codable, Sendable {
    case constant
    /// Along half a cosine to 0 at the end.
    case cosine
    /// Multiplied by `factor` at these shares of the whole training.
    case multiStep(at: [Double], factor: Float)
  }

  public var kind: Kind
  public var learningRate: Float
  public var decay: Decay
  /// Steps over which the rate rises to its full value.
  public var warmupSteps: Int
  /// Of SGD.
  public var momentum: Float
  public var nesterov: Bool
  public var weightDecay: Float
  /// β₁ of Adam; `nil` for 0.9.
  public var firstMomentDecay: Float?
  /// β₂ of Adam; `nil` for 0.999.
  public var secondMomentDecay: Float?
  /// The gradients' norm is scaled down to this; `nil` for no limit.
  public var clipNorm: Float?
  /// Decay of a moving average of the weights, which is then the result; `nil` for none.
  public var averageDecay: Float?

  public init(
    kind: Kind, learningRate: Float, decay: Decay = .constant, warmupSteps: Int = 0,
    momentum: Float = 0.9, nesterov: Bool = false, weightDecay: Float = 0,
    firstMomentDecay: Float? = nil, secondMomentDecay: Float? = nil, clipNorm: Float? = nil,
    averageDecay: Float? = nil
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.decay = decay
    self.warmupSteps = warmupSteps
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.firstMomentDecay = firstMomentDecay
    self.secondMomentDecay = secondMomentDecay
    self.clipNorm = clipNorm
    self.averageDecay = averageDecay
  }

  /// The rate of a step, counted from 0, of a training of `total` steps.
  package func rate(step: Int, total: Int) -> Float {
    let warmup = warmupSteps > 0 ? min(1, Float(step + 1) / Float(warmupSteps)) : 1
    let schedule: LearningRateSchedule =
      switch decay {
      case .constant: .constant
      case .cosine: .cosine(total: total, warmup: warmupSteps)
      case .multiStep(let shares, let factor):
        .multiStep(milestones: shares.map { Int(($0 * Double(total)).rounded()) }, gamma: factor)
      }
    // A cosine rises by itself.
    return learningRate * schedule.factor(step: step) * (decay == .cosine ? 1 : warmup)
  }

  func makeOptimizer(_ arena: ParameterArena) -> any Optimizer {
    switch kind {
    case .sgd:
      SGD(arena, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
    case .adam, .adamw:
      Adam(
        arena, beta1: firstMomentDecay ?? 0.9, beta2: secondMomentDecay ?? 0.999,
        weightDecay: weightDecay, decoupledWeightDecay: kind == .adamw)
    }
  }
}
