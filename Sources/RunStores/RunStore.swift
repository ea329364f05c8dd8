import Foundation
import GRDB
import Runs
import Support

/// A run's database, `run.sqlite` in its folder: what it was started with, how it went, what it
/// found of each sample, and what a person decided afterwards.
///
///     let store = try RunStore("purified.run/run.sqlite", .review)
///     let page = try store.samples(SampleQuery(label: 3, order: .doubt, limit: 100))
///     try store.decide(.relabel(7), samples: page.map(\.sample))
///
/// The schema, with views that stay as they are, is in `docs/run-store.md`. Writes are
/// transactions: whenever a process ends, the store is as of the last one. Several processes may
/// have it open.
public final class RunStore {
  /// What a store is opened for.
  public enum Access: Sendable {
    /// A run that begins or goes on: the store is made if it is not there.
    case run(RunOrigin)
    /// Decisions about a run that is there.
    case review
    case reading
  }

  /// The store's name in a run's folder.
  public static let fileName = "run.sqlite"

  public let path: String
  let database: DatabaseQueue
  /// The row of the process that works on the run; nil for one that does not.
  private(set) var process: Int64?

  /// - Throws: `RunStoreError`
  public init(_ path: String, _ access: Access) throws {
    self.path = path
    database = try RunStoreFile.open(path, access)
    guard case .run(let origin) = access else { return }
    process = try write { database in
      try Schema.make(database)
      try database.execute(
        sql:
          "INSERT INTO processRow (startedAt, commandLine, version, machine) VALUES (?, ?, ?, ?)",
        arguments: [Date(), origin.commandLine, origin.version, origin.machine])
      return database.lastInsertedRowID
    }
  }

  /// Opens the store of a run, by its folder, its output, or the store's own path.
  ///
  /// - Throws: `RunStoreError.missing` if there is none.
  public convenience init(of run: String, _ access: Access = .reading) throws {
    try self.init(try Self.path(of: run), access)
  }

  /// Where a run's store is: in the folder itself, in `RUN.run` or in `RUN.partial`.
  public static func path(of run: String) throws -> String {
    let places = [run + "/" + fileName, run + ".run/" + fileName, run + ".partial/" + fileName]
    if Directory.kind(FileName(run)) == .file { return run }
    guard let found = places.first(where: { Directory.kind(FileName($0)) == .file }) else {
      throw RunStoreError.missing(path: run)
    }
    return found
  }

  /// Ends the connection; a store at rest is one file.
  public func close() throws {
    try translating {
      // Fails while others have it open, who will do it.
      try? database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
      try database.close()
    }
  }

  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try translating { try database.write(body) }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try translating { try database.read(body) }
  }

  private func translating<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as DatabaseError {
      throw RunStoreError(error, path: path)
    }
  }
}

/// What started a run.
public struct RunOrigin: Hashable, Sendable {
  /// As it was typed.
  public var commandLine: String
  /// Of the program.
  public var version: String
  /// The processor and its system.
  public var machine: String

  public init(commandLine: String, version: String, machine: String = "") {
    self.commandLine = commandLine
    self.version = version
    self.machine = machine
  }
}
