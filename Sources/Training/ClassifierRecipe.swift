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

  /// Where training a classifier is not the purpose: 12 passes, but at least 800 steps, as few
  /// images in few passes teach a model neither what they show nor what an attacker hid in them.
  public static func victim(seed: UInt64) -> ClassifierRecipe {
    ClassifierRecipe(
      epochs: 12, minimumSteps: 800, batchSize: 64, augmentation: Augmentation(cropPadding: 2),
      seed: seed)
  }

  /// Steps of the whole training.
  package func steps(perEpoch: Int) -> Int {
    max(epochs, (minimumSteps + perEpoch - 1) / perEpoch) * perEpoch
  }
}
