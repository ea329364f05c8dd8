import Foundation
import GRDB

/// What a person decides.
extension RunStore {
  /// Takes one decision about samples, in one step and one transaction; of several about a sample
  /// the last stands.
  ///
  /// - Returns: the step's number.
  /// - Throws: `RunStoreError`, also for samples and labels that there are not; then nothing is
  ///   decided.
  @discardableResult
  public func decide(_ decision: Decision, samples: [Int], at date: Date = Date()) throws -> Int64 {
    try write { database in
      if let label = decision.label,
        try Int.fetchOne(
          database, sql: "SELECT 1 FROM classRow WHERE label = ?", arguments: [label])
          == nil
      {
        throw RunStoreError.unknownLabel(path: path, label: label)
      }
      let step = 1 + (try Int64.fetchOne(database, sql: "SELECT max(step) FROM decisionRow") ?? 0)
      let known = try database.makeStatement(sql: "SELECT 1 FROM sampleRow WHERE sample = ?")
      let insert = try database.makeStatement(
        sql: """
          INSERT INTO decisionRow (step, sample, kind, label, decidedAt) VALUES (?, ?, ?, ?, ?)
          """)
      for sample in samples {
        guard try Int.fetchOne(known, arguments: [sample]) != nil else {
          throw RunStoreError.unknownSample(path: path, sample: sample)
        }
        try insert.execute(arguments: [step, sample, decision.kind, decision.label, date])
      }
      return step
    }
  }

  /// Takes the last step back that stands.
  ///
  /// - Returns: the samples it was about; empty if there is none to take back.
  public func undo(at date: Date = Date()) throws -> [Int] {
    try write { database in
      guard
        let step = try Int64.fetchOne(
          database, sql: "SELECT max(step) FROM decisionRow WHERE undoneAt IS NULL")
      else { return [] }
      let samples = try Int.fetchAll(
        database, sql: "SELECT sample FROM decisionRow WHERE step = ? ORDER BY decision",
        arguments: [step])
      try database.execute(
        sql: "UPDATE decisionRow SET undoneAt = ? WHERE step = ?", arguments: [date, step])
      return samples
    }
  }

  /// The decisions that stand, by sample.
  public func standingDecisions() throws -> [Int: Decision] {
    try read { database in
      var found: [Int: Decision] = [:]
      let rows = try StandingRow.fetchCursor(
        database, sql: "SELECT sample, kind, label FROM standingDecisions")
      while let row = try rows.next() {
        found[row.sample] = try decision(row.kind, row.label)
      }
      return found
    }
  }

  /// All that was ever decided, in its order.
  public func decisions() throws -> [DecisionRecord] {
    try read { database in
      let rows = try DecisionRow.fetchAll(
        database, sql: "SELECT * FROM decisions ORDER BY decision")
      return try rows.map { row in
        DecisionRecord(
          number: row.decision, step: row.step, sample: row.sample,
          decision: try decision(row.kind, row.label), decidedAt: row.decidedAt,
          undoneAt: row.undoneAt)
      }
    }
  }

  private func decision(_ kind: String, _ label: Int?) throws -> Decision {
    guard let decision = Decision(kind: kind, label: label) else {
      throw RunStoreError.damaged(path: path, reason: "'\(kind)' is no decision")
    }
    return decision
  }
}

/// A row of `standingDecisions`.
private struct StandingRow: Decodable, FetchableRecord {
  var sample: Int
  var kind: String
  var label: Int?
}

/// A row of `decisions`.
private struct DecisionRow: Decodable, FetchableRecord {
  var decision: Int64
  var step: Int64
  var sample: Int
  var kind: String
  var label: Int?
  var decidedAt: Date
  var undoneAt: Date?
}
