import Runs
import Support

/// What a run will take, from what its networks took on a few images of the dataset.
public struct RunForecast: Codable, Equatable, Sendable {
  /// The parts of a run, and the seconds of each.
  public var phases: [PhaseTimings.Phase] = []
  /// Seconds more if there is something to repair.
  public var repair = 0.0
  /// Peak memory of the process in bytes.
  public var memory = 0
  /// Bytes of the output and of the run's files.
  public var disk = 0
  /// The device that it is for, where others will share the work.
  public var device: String?

  /// Of a run that finds nothing.
  public var seconds: Double { phases.reduce(0) { $0 + $1.seconds } }

  public init() {}

  public mutating func add(_ name: String, _ seconds: Double) {
    phases.append(PhaseTimings.Phase(name: name, seconds: seconds))
  }

  /// One line such as `Expected: about 3 min 20 s, 2 min more if there is something to repair …`.
  public var text: String {
    let more =
      repair >= 1
      ? ", \(NumberFormat.duration(repair)) more if there is something to repair" : ""
    let parts = phases.filter { $0.seconds >= 1 }
      .map { "\($0.name) \(NumberFormat.duration($0.seconds))" }.joined(separator: ", ")
    return "Expected: about \(NumberFormat.duration(seconds))\(more)"
      + (parts.isEmpty ? "" : " (\(parts))")
      + "; \(NumberFormat.bytes(memory)) of memory, \(NumberFormat.bytes(disk)) of disk"
      + (device.map { "; on \($0) alone" } ?? "")
  }
}
