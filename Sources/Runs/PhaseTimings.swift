import Support

/// Seconds of a run's phases in this process, `timings.json`.
public struct PhaseTimings: Codable, Sendable {
  public private(set) var seconds: [Phase] = []
  /// Bytes that went to the device, and back; nil where nobody counted.
  public var bytesUploaded: Int?
  public var bytesDownloaded: Int?

  public struct Phase: Codable, Equatable, Sendable {
    public var name: String
    public var seconds: Double

    public init(name: String, seconds: Double) {
      self.name = name
      self.seconds = seconds
    }
  }

  public init() {}

  /// The phases that took a second or more, such as `surrogate 12 s, match 1 min 05 s`.
  public var summary: String {
    seconds.filter { $0.seconds >= 1 }
      .map { "\($0.name) \(NumberFormat.duration($0.seconds))" }.joined(separator: ", ")
  }

  /// Adds a phase, or a part of one.
  mutating func add(_ duration: Duration, to name: String) {
    let more = duration / .seconds(1)
    if let place = seconds.firstIndex(where: { $0.name == name }) {
      seconds[place].seconds += more
    } else {
      seconds.append(Phase(name: name, seconds: more))
    }
  }
}
