import Foundation

/// Keeps what a run was started with and found, for whoever looks at it later.
///
/// Nothing of it decides what a run does, so that the output's bytes are the same without one.
public protocol RunRecorder: AnyObject {
  /// What the run was started with.
  func record(_ facts: [RunFact]) throws
  /// Warnings and notes; what is shown for a moment only is not kept.
  func record(_ event: RunEvent, in phase: String?) throws
  /// The phases' times in this process, in place of those before.
  func record(_ timings: PhaseTimings) throws
  /// The classes' names, by label.
  func record(classes: [String]) throws
  /// What became of samples, in place of what was recorded of them before.
  func record(_ samples: [SampleRecord]) throws
  /// What a detector says of samples.
  func record(_ scores: [ScoreRecord]) throws
  /// Evidence on classes.
  func record(_ targets: [TargetRecord]) throws
  /// How the process ends; nothing is recorded afterwards.
  func end(_ outcome: RunOutcome, _ text: String) throws
}

/// How a process that worked on a run ended; one that was killed has no outcome.
public enum RunOutcome: String, Codable, Sendable {
  case complete, interrupted, failed
}

/// A setting, an input or a circumstance of a run.
public struct RunFact: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, Sendable {
    /// What the run is of: its device, its precision, its method.
    case run
    /// What the user chose, and what was taken where nothing was chosen.
    case parameter
    /// What was read, by its SHA-256.
    case input
  }

  public var kind: Kind
  public var name: String
  /// As JSON if it is a parameter, else as plain text.
  public var value: String

  public init(_ kind: Kind, _ name: String, _ value: String) {
    self.kind = kind
    self.name = name
    self.value = value
  }

  /// A run's identity, sorted by name.
  static func all(of identity: [String: String]) -> [RunFact] {
    identity.sorted { $0.key < $1.key }.map { name, value in
      let isInput = name == "dataset" || name.hasSuffix("checksum")
      let isRun = ["device", "precision", "method", "run format"].contains(name)
      return RunFact(isInput ? .input : isRun ? .run : .parameter, name, value)
    }
  }
}
