/// How a classifier is trained.
public struct ClassifierRecipe: Hashable, Codable, Sendable {
  public var optimizer: OptimizerRecipe
  public var epochs: Int
  /// More epochs where there are so few images that they make fewer steps.
  public var minimumSteps: Int
  public var batchSize: Int
  public var augmentation: Augmentation
  public var seed: UInt64

  /// The defaults suit residual networks of CIFAR's size.
  public init(
    optimizer: OptimizerRecipe = OptimizerRecipe(
      kind: .sgd, learningRate: 0.05, decay: .cosine, nesterov: true, weightDecay: 5e-4),
    epochs: Int = 30, minimumSteps: Int = 0, batchSize: Int = 128,
    augmentation: Augmentation = .none, seed: UInt64 = 0
  ) {
    self.optimizer = optimizer
    self.epochs = epochs
    self.minimumSteps = minimumSteps
    self.batchSize = batchSize
    self.augmentation = augmentation
    self.seed = seed
  }

  /// Steps of the whole training.
  package func steps(perEpoch: Int) -> Int {
    max(epochs, (minimumSteps + perEpoch - 1) / perEpoch) * perEpoch
  }
}
