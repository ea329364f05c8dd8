import Datasets

/// BadNets (Gu et al., 2017): a patch replaces pixels, and the label is the attacker's.
public struct BadNets: TriggerAttack {
  public static let id = "badnets"

  /// The PNG file of the patch, whose zero bytes are transparent.
  ///
  /// `nil` for a white square, 3×3 as in BackdoorBench. It goes to the bottom right.
  public var pattern: String?
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(pattern: String? = nil, labels: LabelMapping, selection: PoisonSelection) {
    self.pattern = pattern
    self.labels = labels
    self.selection = selection
  }

  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    guard let pattern else { return .whiteSquare(shape) }
    return .corner(try Trigger.readPatch(pattern, for: shape), for: shape)
  }

  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    .corner(try Self.picture(PoisonPlan.triggerFile, in: folder, shape: shape), for: shape)
  }
}
