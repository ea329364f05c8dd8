import Foundation
import GRDB
import Runs

extension RunStore: RunRecorder {
  public func record(_ facts: [RunFact]) throws {
    try write { database in
      for fact in facts { try fact.save(database) }
    }
  }

  public func record(_ event: RunEvent, in phase: String?) throws {
    let (kind, text): (EventRecord.Kind, String)
    switch event {
    case .note(let note): (kind, text) = (.note, note)
    case .warning(let warning): (kind, text) = (.warning, warning)
    case .progress, .status: return
    }
    try write {
      try $0.execute(
        sql: "INSERT INTO eventRow (process, at, kind, phase, text) VALUES (?, ?, ?, ?, ?)",
        arguments: [process, Date(), kind.rawValue, phase, text])
    }
  }

  public func record(_ timings: PhaseTimings) throws {
    try write { database in
      for (place, phase) in timings.seconds.enumerated() {
        try database.execute(
          sql:
            "INSERT OR REPLACE INTO phaseRow (process, place, name, seconds) VALUES (?, ?, ?, ?)",
          arguments: [process, place, phase.name, phase.seconds])
      }
    }
  }

  public func record(classes: [String]) throws {
    try write { database in
      for (label, name) in classes.enumerated() {
        try database.execute(
          sql: "INSERT OR REPLACE INTO classRow (label, name) VALUES (?, ?)",
          arguments: [label, name])
      }
    }
  }

  public func record(_ samples: [SampleRecord]) throws { try save(samples) }

  public func record(_ scores: [ScoreRecord]) throws { try save(scores) }

  public func record(_ targets: [TargetRecord]) throws { try save(targets) }

  public func end(_ outcome: RunOutcome, _ text: String) throws {
    try write {
      try $0.execute(
        sql: "UPDATE processRow SET endedAt = ?, outcome = ?, text = ? WHERE process = ?",
        arguments: [Date(), outcome.rawValue, text.isEmpty ? nil : text, process])
    }
    try close()
  }

  private func save(_ records: [some PersistableRecord]) throws {
    try write { database in
      for record in records { try record.insert(database, onConflict: .replace) }
    }
  }
}
