/// Rate and time left of a count that rises, leaving out what an earlier process did.
///
///     let meter = ThroughputMeter(total: 4000, done: 512)
///     meter.line(640)   // 640/4000 (16 %), 12.5 images/s, 4 min 29 s left
public struct ThroughputMeter: Sendable {
  public let total: Int
  public let unit: String
  private let initial: Int
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - total: units of the whole task.
  ///   - done: units done before, by a run that is resumed.
  public init(total: Int, unit: String = "images", done: Int = 0) {
    self.total = total
    self.unit = unit
    initial = done
  }

  /// Seconds since it was made.
  public var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Where the task is now; parts of a unit count for the rate.
  public func line(_ done: Double) -> String {
    Self.line(done, of: total, unit: unit, fresh: done - Double(initial), elapsed: elapsed)
  }

  public func line(_ done: Int) -> String { line(Double(done)) }

  /// Units each second, and the seconds left; nil as long as there is no rate yet.
  public func rate(_ done: Double) -> (perSecond: Double, secondsLeft: Double)? {
    Self.rate(done, of: total, fresh: done - Double(initial), elapsed: elapsed)
  }

  private static func rate(
    _ done: Double, of total: Int, fresh: Double, elapsed: Double
  ) -> (perSecond: Double, secondsLeft: Double)? {
    guard fresh > 0, elapsed > 0 else { return nil }
    let rate = fresh / elapsed
    return (rate, (Double(total) - done) / rate)
  }

  /// - Parameters:
  ///   - fresh: units done in `elapsed` seconds; with none there is no rate yet.
  package static func line(
    _ done: Double, of total: Int, unit: String, fresh: Double, elapsed: Double
  ) -> String {
    let percent = total > 0 ? Int(100 * done / Double(total)) : 100
    let count = "\(Int(done))/\(total) (\(percent) %)"
    guard let rate = rate(done, of: total, fresh: fresh, elapsed: elapsed) else { return count }
    return count + ", " + text(rate: rate.perSecond, unit: unit, secondsLeft: rate.secondsLeft)
  }

  /// A rate and the time left, such as `12.5 images/s, 4 min 29 s left`.
  public static func text(rate: Double, unit: String = "images", secondsLeft: Double) -> String {
    "\(NumberFormat.rate(rate)) \(unit)/s, \(NumberFormat.duration(secondsLeft)) left"
  }
}
