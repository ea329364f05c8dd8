import Foundation
import Support

/// A line on standard error that shows how far a long task is, its rate and the time left.
///
/// On a terminal the line is redrawn in place; elsewhere a new line appears every 30 seconds.
final class ProgressLine {
  private let title: String
  private let meter: ThroughputMeter
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastShown = ContinuousClock.now

  /// - Parameters:
  ///   - total: units of the whole task.
  ///   - initial: units done before, by a run that is resumed.
  init(_ title: String, unit: String = "images", total: Int, initial: Int = 0) {
    self.title = title
    meter = ThroughputMeter(total: total, unit: unit, done: initial)
  }

  /// Shows that `done` units are complete, with a remark such as the loss.
  func update(_ done: Int, remark: String = "") { update(Double(done), remark: remark) }

  /// As above, where parts of a unit count.
  func update(_ done: Double, remark: String = "") {
    show("\(title): \(meter.line(done))" + (remark.isEmpty ? "" : ", \(remark)"))
  }

  /// Shows a text of the task's own.
  func show(_ text: @autoclosure () -> String) {
    let interval = Duration.milliseconds(isTerminal ? 100 : 30_000)
    guard .now - lastShown >= interval else { return }
    lastShown = .now
    write(text())
  }

  /// Clears the line on a terminal, and says how long the task took.
  func finish(remark: String = "") {
    let time = NumberFormat.duration(meter.elapsed)
    write(
      "\(title): \(meter.total) \(meter.unit) in \(time)" + (remark.isEmpty ? "" : ", \(remark)"))
    end()
  }

  /// Leaves the line as it is; what follows starts on a new one.
  func end() {
    if isTerminal { StandardError.write("\n") }
  }

  private func write(_ text: String) {
    let text = text.forTerminal(indented: true)
    StandardError.write(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
  }
}
