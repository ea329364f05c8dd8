import Foundation
import GRDB
import Runs

extension SampleRecord: FetchableRecord, PersistableRecord {
  public static var databaseTableName: String { "sampleRow" }
}
extension ScoreRecord: FetchableRecord, PersistableRecord {
  public static var databaseTableName: String { "scoreRow" }
}
extension TargetRecord: FetchableRecord, PersistableRecord {
  public static var databaseTableName: String { "targetRow" }
}
extension RunFact: FetchableRecord, PersistableRecord {
  public static var databaseTableName: String { "factRow" }
}

/// A process that worked on a run.
public struct ProcessRecord: Codable, Hashable, Sendable, FetchableRecord {
  public var process: Int64
  public var startedAt: Date
  /// nil if it goes on, or was killed.
  public var endedAt: Date?
  public var outcome: RunOutcome?
  /// Why it ended before the run was complete.
  public var text: String?
  public var commandLine: String
  public var version: String
  public var machine: String
}

/// A phase's time in all processes.
public struct PhaseRecord: Codable, Hashable, Sendable, FetchableRecord {
  public var name: String
  public var seconds: Double
  /// Processes that worked on it.
  public var processes: Int
}

/// A warning or a note.
public struct EventRecord: Codable, Hashable, Sendable, FetchableRecord {
  public enum Kind: String, Codable, Sendable { case note, warning }

  public var event: Int64
  public var process: Int64
  public var at: Date
  public var kind: Kind
  public var phase: String?
  public var text: String
}

/// What is in a store, by its views.
extension RunStore {
  public func samples(_ query: SampleQuery = SampleQuery()) throws -> [SampleRecord] {
    let (condition, arguments) = Self.condition(query)
    let order =
      switch query.order {
      case .place: "sample"
      case .doubt: "doubt DESC NULLS LAST, sample"
      case .change: "meanChange DESC, sample"
      }
    return try read {
      try SampleRecord.fetchAll(
        $0, sql: "SELECT * FROM samples WHERE \(condition) ORDER BY \(order) LIMIT ? OFFSET ?",
        arguments: arguments + [query.limit ?? -1, query.offset])
    }
  }

  /// How many samples a query has, whatever its limit and offset.
  public func count(_ query: SampleQuery = SampleQuery()) throws -> Int {
    let (condition, arguments) = Self.condition(query)
    return try read {
      try Int.fetchOne(
        $0, sql: "SELECT count(*) FROM samples WHERE \(condition)", arguments: arguments) ?? 0
    }
  }

  /// One sample; nil if there is none of this number.
  public func sample(_ number: Int) throws -> SampleRecord? {
    try read {
      try SampleRecord.fetchOne(
        $0, sql: "SELECT * FROM samples WHERE sample = ?", arguments: [number])
    }
  }

  /// What detectors say, by name; of one sample or of all.
  public func scores(of sample: Int? = nil) throws -> [ScoreRecord] {
    try read {
      try ScoreRecord.fetchAll(
        $0, sql: "SELECT * FROM scores WHERE ?1 IS NULL OR sample = ?1 ORDER BY detector, sample",
        arguments: [sample])
    }
  }

  /// Evidence on classes, by label and source.
  public func targets() throws -> [TargetRecord] {
    try read {
      try TargetRecord.fetchAll(
        $0,
        sql: """
          SELECT label, source, isSuspicious, reason, figures FROM targets ORDER BY label, source
          """)
    }
  }

  /// The classes' names, by label.
  public func classes() throws -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT name FROM classes ORDER BY label") }
  }

  public func facts() throws -> [RunFact] {
    try read { try RunFact.fetchAll($0, sql: "SELECT * FROM facts ORDER BY kind, name") }
  }

  public func processes() throws -> [ProcessRecord] {
    try read {
      try ProcessRecord.fetchAll($0, sql: "SELECT * FROM processes ORDER BY process")
    }
  }

  public func phases() throws -> [PhaseRecord] {
    try read { try PhaseRecord.fetchAll($0, sql: "SELECT * FROM phases") }
  }

  public func events() throws -> [EventRecord] {
    try read { try EventRecord.fetchAll($0, sql: "SELECT * FROM events ORDER BY event") }
  }

  private static func condition(_ query: SampleQuery) -> (String, StatementArguments) {
    var (conditions, arguments) = (["1"], StatementArguments())
    if let label = query.label {
      conditions.append("oldLabel = ?")
      arguments += [label]
    }
    if let verdict = query.verdict {
      conditions.append("verdict = ?")
      arguments += [verdict]
    }
    if query.changed {
      conditions.append("(newLabel <> oldLabel OR greatestChange > 0 OR purifiedName IS NULL)")
    }
    if query.undecided {
      conditions.append("sample NOT IN (SELECT sample FROM standingDecisions)")
    }
    return (conditions.joined(separator: " AND "), arguments)
  }
}
