/// Seconds of a run's phases in this process, `timings.json`.
public struct PhaseTimings: Codable, Sendable {
  public private(set) var seconds: [Phase] = []

  public struct Phase: Codable, Sendable {
    public var name: String
    public var seconds: Double
  }

  public init() {}

  /// Adds a phase, or a part of one.
  mutating func add(_ duration: Duration, to name: String) {
    seconds.append(Phase(name: name, seconds: duration / .seconds(1)))
  }
}
