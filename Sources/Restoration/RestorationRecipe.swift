import Training

/// How the restorer is trained: everything that its weights depend on, but the images.
public struct RestorationRecipe: Hashable, Codable, Sendable {
  /// How much each kind of loss counts, of PD-AutoR's equations 2 to 7.
  public struct Weights: Hashable, Codable, Sendable {
    public var adversarial: Float
    public var cycle: Float
    public var content: Float
    /// Of ‖R(x̄) − x̄‖₁ on clean images, which the paper has not; 0 for none.
    public var identity: Float

    public init(
      adversarial: Float = 1, cycle: Float = 10, content: Float = 5, identity: Float = 0
    ) {
      self.adversarial = adversarial
      self.cycle = cycle
      self.content = content
      self.identity = identity
    }
  }

  public var networks: RestorationNetworks.Sizes
  public var weights: Weights
  /// Of Adam, for all four networks.
  public var learningRate: Float
  public var batchSize: Int
  /// Passes over the clean images.
  public var epochs: Int
  /// Mirrors half of the images left to right; wrong for digits and letters.
  public var flips: Bool
  /// Decay of the moving average of the weights, which is the result.
  public var averageDecay: Float
  public var seed: UInt64

  public init(
    networks: RestorationNetworks.Sizes = .init(), weights: Weights = .init(),
    learningRate: Float = 1e-4, batchSize: Int = 64, epochs: Int = 100, flips: Bool = true,
    averageDecay: Float = 0.999, seed: UInt64 = 0
  ) {
    self.networks = networks
    self.weights = weights
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.epochs = epochs
    self.flips = flips
    self.averageDecay = averageDecay
    self.seed = seed
  }

  /// One for all four networks: Adam treats each weight by itself, and all gradients of a step are
  /// taken at the same weights, so several optimizers would do the same.
  var optimizer: OptimizerRecipe {
    OptimizerRecipe(
      kind: .adam, learningRate: learningRate, firstMomentDecay: 0.5, averageDecay: averageDecay)
  }
}
