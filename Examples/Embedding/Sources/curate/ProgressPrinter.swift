import Runs

/// Prints what a run tells, with a line for each tenth of a phase.
struct ProgressPrinter {
  private var last = ""

  mutating func show(_ event: RunEvent) {
    switch event {
    case .note(let text): print(text)
    case .warning(let text): print("warning:", text)
    case .status(let phase, let text, let isLast):
      if isLast { print("\(phase): \(text)") }
    case .progress(let progress):
      let tenths = Int(10 * progress.done / Double(max(progress.total, 1)))
      let line = "\(progress.phase): \(10 * tenths) % of \(progress.total) \(progress.unit)"
      if line != last { print(line) }
      last = line
    }
  }
}
