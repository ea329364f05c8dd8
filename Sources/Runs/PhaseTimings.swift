/// Seconds of a run's phases in this process, `timings.json`.
public struct PhaseTimings: Codable, Sendable {
  public private(set) var seconds: [Phase] = []

  public struct Phase: Codable, Sendable {
    public var name: String
    public var seconds: Double
  }

  public init() {}

  mutating func measure<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    defer { seconds.append(Phase(name: name, seconds: (clock.now - start) / .seconds(1))) }
    return try body()
  }

  /// Adds a part of a phase that was measured apart.
  mutating func add(_ duration: Duration, to name: String) {
    seconds.append(Phase(name: name, seconds: duration / .seconds(1)))
  }
}
