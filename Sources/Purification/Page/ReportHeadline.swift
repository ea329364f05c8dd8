/// What a report says first, for readers who know nothing of the method.
public struct ReportHeadline: Codable, Equatable, Sendable {
  /// How the data stand.
  public enum Standing: String, Codable, Sendable {
    case poisoned, clean, unsure
    /// The method changes the data without judging them.
    case treated

    var text: String {
      switch self {
      case .poisoned: "Poison found"
      case .clean: "No sign of poison"
      case .unsure: "Result unsure"
      case .treated: "Data treated"
      }
    }
  }

  /// A number with what it is, and a remark.
  public struct Figure: Codable, Equatable, Sendable {
    public var name: String
    public var value: String
    public var remark: String

    public init(_ name: String, _ value: String, _ remark: String = "") {
      self.name = name
      self.value = value
      self.remark = remark
    }
  }

  public var standing: Standing
  /// Poisoned or not, which class, how sure, what was changed, what is open.
  public var sentence: String
  public var figures: [Figure]
  /// What the method cannot see, whatever the data.
  public var limits: [String]

  public init(
    standing: Standing, sentence: String, figures: [Figure] = [], limits: [String] = []
  ) {
    self.standing = standing
    self.sentence = sentence
    self.figures = figures
    self.limits = limits
  }
}
