/// A long piece of work: its phases with their times, and what it tells whoever watches.
///
/// What an unfinished run keeps on the disk is in its `RunFolder`.
public final class Run {
  /// Told everything; by throwing it stops the run, which can be resumed if it has a folder.
  public var handler: (RunEvent) throws -> Void
  public private(set) var timings = PhaseTimings() {
    didSet { recording.hasNewTimings = true }
  }
  /// What is kept of the run, see `Run+Recording`.
  var recording: RunRecording

  /// - Parameter recorder: opens what keeps the run's record; nil to keep none.
  public init(
    handler: @escaping (RunEvent) throws -> Void = { _ in },
    recorder: RunRecording.Opening? = nil
  ) {
    recording = RunRecording(open: recorder)
    self.handler = handler
  }

  /// Runs `body`, which may measure parts of its own, and adds its time to the phase's.
  public func measure<Result>(_ phase: String, _ body: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    recording.phases.append(phase)
    defer {
      _ = recording.phases.popLast()
      timings.add(clock.now - start, to: phase)
    }
    return try body()
  }

  /// Adds a part of a phase that was measured apart.
  public func add(_ duration: Duration, to phase: String) { timings.add(duration, to: phase) }

  public func note(_ text: String) throws { try tell(.note(text)) }

  /// Notes how long the phases took that took a second or more.
  public func noteTimes() throws {
    let times = timings.summary
    if !times.isEmpty { try note("Time: " + times) }
  }

  public func warn(_ text: String) throws { try tell(.warning(text)) }

  public func status(_ phase: String, _ text: String, isLast: Bool = false) throws {
    try tell(.status(phase: phase, text: text, isLast: isLast))
  }

  /// Begins to count a phase's units.
  ///
  /// - Parameter done: units done by an earlier process, which say nothing about the rate.
  public func count(
    _ phase: String, of total: Int, unit: String = "images", done: Int = 0
  ) throws -> PhaseCounter {
    let counter = PhaseCounter(run: self, phase: phase, unit: unit, total: total)
    try counter(Double(done))
    return counter
  }
}

/// Tells a run's watcher how far a phase is.
public struct PhaseCounter {
  let run: Run
  let phase: String
  let unit: String
  public let total: Int

  /// - Parameter remark: what else there is to say, such as the loss.
  public func callAsFunction(_ done: Double, remark: String = "") throws {
    try run.tell(
      .progress(RunProgress(phase: phase, unit: unit, done: done, total: total, remark: remark)))
  }

  public func callAsFunction(_ done: Int, remark: String = "") throws {
    try self(Double(done), remark: remark)
  }
}
