import Runs

/// Shows a run's events: notes on standard output, progress and warnings on standard error.
final class RunConsole {
  private var line: (phase: String, shown: ProgressLine)?

  func show(_ event: RunEvent) {
    switch event {
    case .note(let text):
      endLine()
      print(text)
    case .warning(let text):
      endLine()
      StandardError.tell("warning: \(text)")
    case .progress(let progress):
      let line = line(
        progress.phase, unit: progress.unit, total: progress.total, done: Int(progress.done))
      line.update(progress.done)
      if progress.isLast { endLine() }
    case .status(let phase, let text, let isLast):
      line(phase, unit: "", total: 0, done: 0).show("\(phase): \(text)")
      if isLast { endLine() }
    }
  }

  private func line(_ phase: String, unit: String, total: Int, done: Int) -> ProgressLine {
    if let line, line.phase == phase { return line.shown }
    endLine()
    let shown = ProgressLine(phase, unit: unit, total: total, initial: done)
    line = (phase, shown)
    return shown
  }

  private func endLine() {
    line?.shown.end()
    line = nil
  }
}
