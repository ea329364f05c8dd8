import Datasets

/// BadNets (Gu et al., 2017): a patch replaces pixels, and the label is the attacker's.
public struct BadNets: VariedTriggerAttack {
  public static let id = "badnets"

  /// The PNG file of the patch, whose zero bytes are transparent.
  ///
  /// `nil` for a white square, 3×3 as in BackdoorBench. It goes to the bottom right; those for more
  /// targets go to the other corners.
  public var pattern: String?
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(pattern: String? = nil, labels: LabelMapping, selection: PoisonSelection) {
    self.pattern = pattern
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    if case .toOneOf(let targets) = labels, targets.count > ImageCorner.allCases.count {
      throw ParameterError("targets", "\(targets)", "there is one for each of the four corners")
    }
  }

  public func makeTrigger(_ number: Int, for shape: ImageShape) throws -> Trigger {
    let corner = ImageCorner.allCases[number]
    guard let pattern else { return .whiteSquare(shape, at: corner) }
    return .corner(try Trigger.readPatch(pattern, for: shape), at: corner, for: shape)
  }

  public func trigger(_ number: Int, in folder: String, shape: ImageShape) throws -> Trigger {
    // It was stored as it is put there, and so fits as it is.
    .corner(try Self.picture(PoisonPlan.triggerFile(number), in: folder, shape: shape), for: shape)
  }
}
