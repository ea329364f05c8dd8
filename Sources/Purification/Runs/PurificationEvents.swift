/// How a run tells what it does while it runs.
public struct PurificationEvents {
  /// A line to stay on the screen: a finished phase, a figure.
  public var note: (String) -> Void
  /// A warning to stay on the screen.
  public var warning: (String) -> Void
  /// Where a phase is; the next line replaces it unless it is the phase's last. By throwing it stops
  /// the run, which can go on later.
  public var progress: (_ phase: String, _ line: String, _ isLast: Bool) throws -> Void

  public init(
    note: @escaping (String) -> Void = { _ in }, warning: @escaping (String) -> Void = { _ in },
    progress: @escaping (_ phase: String, _ line: String, _ isLast: Bool) throws -> Void = {
      _, _, _ in
    }
  ) {
    self.note = note
    self.warning = warning
    self.progress = progress
  }
}
