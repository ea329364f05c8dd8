import Datasets

/// Blended (Chen et al., 2017): a picture shines through, and the label is the attacker's.
public struct Blended: TriggerAttack {
  public static let id = "blended"

  /// The PNG file of the picture, resized to the images; `nil` for random bytes.
  public var pattern: String?
  /// α, the weight of the pattern; BackdoorBench has 0.2.
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
  }

  public func makeTrigger(for shape: ImageShape) throws -> any Trigger {
    guard let pattern else {
      return BlendTrigger(.noise(shape, seed: selection.seed), alpha: alpha)
    }
    let picture = try PNG.read(pattern).converted(toChannels: shape.channels)
    return BlendTrigger(
      picture.resized(height: shape.height, width: shape.width), alpha: alpha)
  }

  public func trigger(in folder: String, shape: ImageShape) throws -> any Trigger {
    BlendTrigger(
      try Self.picture(PoisonPlan.triggerFile, in: folder, shape: shape), alpha: alpha)
  }
}
