import Foundation

/// Rate and time left of a count that rises, leaving out what an earlier process did.
struct RateMeter {
  let total: Int
  private let initial: Int
  private let start = ContinuousClock.now

  init(total: Int, done: Int) {
    self.total = total
    initial = done
  }

  /// `640/4000  12.5 images/s  4:29 left`
  func line(_ done: Double) -> String {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = (done - Double(initial)) / max(seconds, 1e-9)
    let left = Int(((Double(total) - done) / max(rate, 1e-9)).rounded())
    let minutes = String(format: "%d:%02d:%02d", left / 3600, left / 60 % 60, left % 60)
    return "\(Int(done))/\(total)  " + String(format: rate < 10 ? "%.2f" : "%.0f", rate)
      + " images/s  \(minutes) left"
  }
}
