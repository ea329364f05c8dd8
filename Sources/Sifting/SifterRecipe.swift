import Models
import Training

/// How each sifter, a classifier θ and a weight network ψ, is trained.
public struct SifterRecipe: Hashable, Codable, Sendable {
  public var architecture: ClassifierConfiguration.Architecture
  /// Channels after the first convolution; `nil` for the architecture's customary number.
  public var width: Int?
  /// Passes over the images in each of the two phases, warming up and meta-updates; more where
  /// there are so few images that they make fewer steps than `minimumSteps`.
  public var epochs = 1
  /// Of each phase.
  public var minimumSteps: Int
  /// `nil` for the paper's 128, or fewer, down to 16, where there are so few images that a pass
  /// would make fewer steps than `minimumSteps`: more passes would teach the classifier each
  /// sample's label, right or wrong.
  public var batchSize: Int?
  /// Of AdamW (0.9, 0.95, weight decay 0.05), constant.
  public var learningRate: Float
  /// α, of the virtual update.
  public var virtualRate: Float
  /// β, of ψ.
  public var metaRate: Float = 5e-4
  /// The last tensors of the classifier, through which ψ may feel what its weights do.
  public var sampledTensors = 15
  /// The released code's live behavior in place of the paper's.
  public var isCompatible: Bool

  /// The paper's values, but for the learning rate and the least number of steps: 0.0001 and one
  /// pass suit a ResNet-18 and 50,000 images.
  ///
  /// - Parameter isCompatible: as the released code runs, not as it is written: α is the learning
  ///   rate, each sampled tensor but the last two is open or closed by chance, weights are divided
  ///   by their sum.
  public init(
    _ architecture: ClassifierConfiguration.Architecture = .resNet20, width: Int? = nil,
    isCompatible: Bool = false
  ) {
    self.architecture = architecture
    self.width = width
    self.isCompatible = isCompatible
    learningRate = isCompatible ? 1e-4 : 1e-3
    virtualRate = isCompatible ? 1e-4 : 0.1
    minimumSteps = isCompatible ? 0 : 75
  }

  package func batchSize(of images: Int) -> Int {
    batchSize ?? (minimumSteps > 0 ? min(128, max(16, images / minimumSteps)) : 128)
  }

  /// Passes over the images in each phase, of so many steps each.
  package func phaseEpochs(of steps: Int) -> Int { max(epochs, (minimumSteps + steps - 1) / steps) }

  var optimizer: OptimizerRecipe {
    OptimizerRecipe(
      kind: .adamw, learningRate: learningRate, weightDecay: 0.05, secondMomentDecay: 0.95)
  }
}
