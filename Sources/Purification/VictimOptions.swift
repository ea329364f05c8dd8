import Models
import Training

/// Which classifier is the victim, and how it and the benign model are trained.
public struct VictimOptions: Hashable, Codable, Sendable {
  /// A model trained on the dataset already; nil to train one.
  public var model: String?
  /// A trusted model from which victim and benign model start; nil for random weights.
  public var initial: String?
  public var architecture = ClassifierConfiguration.Architecture.resNet20.rawValue
  /// Channels after the first convolution; nil for the architecture's own.
  public var width: Int?
  public var recipe = ClassifierRecipe()

  public init() {}
}
