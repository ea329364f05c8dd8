/// What a run tells whoever watches it.
public enum RunEvent: Sendable, Equatable {
  /// A line to stay on the screen: a finished phase, a figure.
  case note(String)
  /// A warning to stay on the screen.
  case warning(String)
  /// Where a phase is, in units that can be counted; what replaces the line before.
  case progress(RunProgress)
  /// Where a phase is, in its own words; the next replaces it unless it is the phase's last.
  case status(phase: String, text: String, isLast: Bool)
}

/// How far a phase is.
public struct RunProgress: Sendable, Equatable {
  public var phase: String
  /// What is counted, such as `images`.
  public var unit: String
  /// Units done; a part of one counts.
  public var done: Double
  public var total: Int
  /// What else there is to say; empty for nothing.
  public var remark = ""

  public var isLast: Bool { Int(done) >= total }
}
