import Foundation
import RunStores
import Runs
import Support

/// Shows a run's events: notes on standard output, progress and warnings on standard error.
///
/// On a terminal the line of progress is redrawn in place; elsewhere a new one appears every 30
/// seconds. SIGINT and SIGTERM stop the run at its next event. Where `ELIXIR_EVENTS` names a file,
/// the events go there, too, for another program to read.
final class RunConsole {
  private let advice: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var line: (phase: String, meter: ThroughputMeter)?
  private var lastShown = ContinuousClock.now
  private var events: RunEventFile?

  /// - Parameter advice: how to go on after an interruption.
  init(interrupted advice: String = Interruption.beginsAnew) {
    self.advice = advice
    Interruption.watch()
    guard let path = ProcessInfo.processInfo.environment["ELIXIR_EVENTS"] else { return }
    do {
      events = try RunEventFile(path)
    } catch { StandardError.tell("warning: \(error)") }
  }

  /// - Throws: `Interruption`
  func show(_ event: RunEvent) throws {
    display(event)
    try Interruption.check(advice)
  }

  private func display(_ event: RunEvent) {
    switch event {
    case .note(let text):
      endLine()
      pass(event)
      print(text)
    case .warning(let text):
      endLine()
      pass(event)
      StandardError.tell("warning: \(text)")
    case .progress(let progress):
      let meter = meter(
        progress.phase, unit: progress.unit, total: progress.total, done: Int(progress.done))
      pass(event, rate: meter.rate(progress.done))
      let remark = progress.remark.isEmpty ? "" : ", " + progress.remark
      show("\(progress.phase): \(meter.line(progress.done))\(remark)")
      if progress.isLast { endLine() }
    case .status(let phase, let text, let isLast):
      _ = meter(phase, unit: "", total: 0, done: 0)
      pass(event)
      show("\(phase): \(text)")
      if isLast { endLine() }
    }
  }

  /// Tells the other program; if that fails, no more.
  private func pass(
    _ event: RunEvent, rate: @autoclosure () -> (perSecond: Double, secondsLeft: Double)? = nil
  ) {
    guard let events else { return }
    do {
      try events.write(event, rate: rate())
    } catch {
      self.events = nil
      StandardError.tell("warning: \(error)")
    }
  }

  private func meter(_ phase: String, unit: String, total: Int, done: Int) -> ThroughputMeter {
    if let line, line.phase == phase { return line.meter }
    endLine()
    let meter = ThroughputMeter(total: total, unit: unit, done: done)
    line = (phase, meter)
    lastShown = .now
    return meter
  }

  private func show(_ text: @autoclosure () -> String) {
    let interval = Duration.milliseconds(isTerminal ? 100 : 30_000)
    guard .now - lastShown >= interval else { return }
    lastShown = .now
    let line = text().forTerminal(indented: true)
    StandardError.write(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n")
  }

  /// Leaves the line as it is; what follows starts on a new one.
  private func endLine() {
    if line != nil && isTerminal { StandardError.write("\n") }
    line = nil
  }
}

extension Run {
  /// A run that the terminal shows.
  ///
  /// - Parameter advice: how to go on after an interruption.
  static func onConsole(interrupted advice: String = Interruption.beginsAnew) -> Run {
    Run(handler: RunConsole(interrupted: advice).show, recorder: RunOrigin.recorder)
  }
}
