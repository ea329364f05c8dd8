import GRDB

/// A view of the schema, see `docs/run-store.md`.
public enum RunView: String, CaseIterable, Sendable {
  case samples, targets, phases, decisions, scores, events, facts, processes, classes
  case standingDecisions

  /// How its rows are sorted; `phases` comes in the order of time.
  fileprivate var order: String {
    switch self {
    case .samples: "ORDER BY sample"
    case .targets: "ORDER BY label, source"
    case .phases: ""
    case .decisions, .standingDecisions: "ORDER BY decision"
    case .scores: "ORDER BY sample, detector"
    case .events: "ORDER BY event"
    case .facts: "ORDER BY kind, name"
    case .processes: "ORDER BY process"
    case .classes: "ORDER BY label"
    }
  }
}

/// A value of a store.
public enum RunValue: Hashable, Sendable, Encodable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .integer(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }

  /// As it stands in a table; empty for null.
  public var description: String {
    switch self {
    case .null: ""
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): value
    }
  }
}

extension RunStore {
  /// A view's columns, in their order.
  public func columns(of view: RunView) throws -> [String] {
    try read { try $0.columns(in: view.rawValue).map(\.name) }
  }

  /// Gives each row of a view to `body`, a value for each column.
  public func forEachRow(of view: RunView, _ body: ([RunValue]) throws -> Void) throws {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM \(view.rawValue) \(view.order)")
      while let row = try rows.next() {
        try body(try row.databaseValues.map(value))
      }
    }
  }

  private func value(_ value: DatabaseValue) throws -> RunValue {
    switch value.storage {
    case .null: .null
    case .int64(let number): .integer(number)
    case .double(let number): .real(number)
    case .string(let text): .text(text)
    case .blob: throw RunStoreError.damaged(path: path, reason: "it holds bytes where texts belong")
    }
  }
}
