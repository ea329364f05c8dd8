import Foundation

/// A line on standard error that shows how far a long task is, its rate and the time left.
///
/// On a terminal the line is redrawn in place; elsewhere a new line appears every 30 seconds.
final class ProgressLine {
  private let title: String
  private let unit: String
  private let total: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private let initial: Int

  /// - Parameters:
  ///   - total: units of the whole task.
  ///   - initial: units done before, by a run that is resumed.
  init(_ title: String, unit: String = "images", total: Int, initial: Int = 0) {
    self.title = title
    self.unit = unit
    self.total = total
    self.initial = initial
    start = clock.now
    lastShown = start
  }

  /// Shows that `done` units are complete, with a remark such as the loss.
  func update(_ done: Int, remark: String = "") {
    let elapsed = Self.seconds(clock.now - start)
    show(
      Self.text(
        title: title, unit: unit, done: done, total: total, fresh: done - initial,
        elapsed: elapsed, remark: remark))
  }

  /// Shows a text of the task's own.
  func show(_ text: @autoclosure () -> String) {
    let interval = Duration.milliseconds(isTerminal ? 100 : 30_000)
    guard clock.now - lastShown >= interval else { return }
    lastShown = clock.now
    write(text())
  }

  /// Clears the line on a terminal, and says how long the task took.
  func finish(remark: String = "") {
    let time = Self.time(Self.seconds(clock.now - start))
    write("\(title): \(total) \(unit) in \(time)" + (remark.isEmpty ? "" : ", \(remark)"))
    if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
  }

  /// Leaves the line as it is; what follows starts on a new one.
  func end() {
    if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
  }

  private func write(_ text: String) {
    // What was printed before appears before, in a log too.
    fflush(nil)
    let line = isTerminal ? "\r\u{1B}[K\(text)" : text + "\n"
    FileHandle.standardError.write(Data(line.utf8))
  }

  /// `fresh` units were done in `elapsed` seconds.
  static func text(
    title: String, unit: String, done: Int, total: Int, fresh: Int, elapsed: Double,
    remark: String
  ) -> String {
    let percent = total > 0 ? 100 * done / total : 100
    var text = "\(title): \(done)/\(total) \(unit) (\(percent) %)"
    if fresh > 0, elapsed > 0 {
      let rate = Double(fresh) / elapsed
      let digits = rate < 10 ? "%.2f" : "%.0f"
      text += ", " + String(format: digits, rate) + " \(unit)/s"
      text += ", \(time(Double(total - done) / rate)) left"
    }
    return remark.isEmpty ? text : text + ", \(remark)"
  }

  /// `7 s`, `3 min 05 s` or `2 h 10 min`.
  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min " + String(format: "%02d s", whole % 60) }
    return "\(whole / 3600) h " + String(format: "%02d min", whole % 3600 / 60)
  }

  private static func seconds(_ duration: Duration) -> Double {
    duration / .seconds(1)
  }
}
