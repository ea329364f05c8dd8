import Datasets

/// Blended (Chen et al., 2017): a picture P shines through, and the label is the attacker's.
///
/// x′ = (1 − α)·x + α·P, rounded to the nearest byte.
public struct Blended: VariedTriggerAttack {
  public static let id = "blended"

  /// The PNG file of P, resized to the images.
  ///
  /// `nil` for the random pattern of Chen et al., every byte uniform in 0 to 255.
  public var pattern: String?
  /// α; BackdoorBench has 0.2.
  public var alpha: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    pattern: String? = nil, alpha: Double = 0.2, labels: LabelMapping, selection: PoisonSelection
  ) {
    self.pattern = pattern
    self.alpha = alpha
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    guard alpha > 0, alpha <= 1 else {
      throw ParameterError("alpha", alpha, "the weight must lie above 0 and be at most 1")
    }
    if let pattern, case .toOneOf = labels {
      throw ParameterError("pattern", pattern, "one picture cannot stand for several targets")
    }
  }

  public func makeTrigger(_ number: Int, for shape: ImageShape) throws -> Trigger {
    .blending(
      try Trigger.blendedPattern(pattern, seed: selection.seed, number: number, for: shape),
      alpha: alpha)
  }

  public func trigger(_ number: Int, in folder: String, shape: ImageShape) throws -> Trigger {
    .blending(
      try Self.picture(PoisonPlan.triggerFile(number), in: folder, shape: shape), alpha: alpha)
  }
}
