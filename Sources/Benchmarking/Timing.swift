/// Repeated measurements of the same work.
public struct Timing: Sendable {
  /// In the order of measuring, usually seconds.
  public let figures: [Double]

  public var median: Double { figures.sorted()[figures.count / 2] }

  /// Figures of `run`, called once to warm up and then for `seconds`, at least three times.
  ///
  /// - Parameter afterWarmUp: called between the first run and the others.
  public static func repeated(
    seconds: Double, afterWarmUp: () -> Void = {}, _ run: () throws -> Double
  ) rethrows -> Timing {
    _ = try run()
    afterWarmUp()
    let clock = ContinuousClock()
    let start = clock.now
    var figures: [Double] = []
    while figures.count < 3 || clock.now - start < .seconds(seconds) { figures.append(try run()) }
    return Timing(figures: figures)
  }

  /// Seconds that `run` takes, repeated as above.
  public static func ofRuns(
    seconds: Double, afterWarmUp: () -> Void = {}, _ run: () throws -> Void
  ) rethrows -> Timing {
    try repeated(seconds: seconds, afterWarmUp: afterWarmUp) { try secondsTaken(run) }
  }

  /// Seconds that one call takes.
  static func secondsTaken(_ run: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try run()
    return (clock.now - start) / .seconds(1)
  }
}
