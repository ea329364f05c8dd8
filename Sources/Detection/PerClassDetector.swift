/// A detector of which a user who names it in a text, such as `dcm:100`, says how many samples of
/// each class to trust.
public protocol PerClassDetector: Detector {
  /// Samples of each class to trust; nil for all that are not flagged.
  var perClass: Int? { get set }

  init()
}

extension PerClassDetector {
  public init(perClass: Int?) {
    self.init()
    self.perClass = perClass
  }

  public init?(arguments: String) {
    guard let perClass = Int(arguments), perClass > 0 else { return nil }
    self.init(perClass: perClass)
  }
}
