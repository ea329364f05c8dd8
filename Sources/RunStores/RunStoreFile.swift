import Foundation
import GRDB
import Support

/// Opens a store's file, which may come from anyone.
enum RunStoreFile {
  /// - Throws: `RunStoreError`
  static func open(_ path: String, _ access: RunStore.Access) throws -> DatabaseQueue {
    try check(path, access)
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration(access))
      guard case .run = access else {
        try database.read { try requireOurs($0, path: path) }
        return database
      }
      return database
    } catch let error as DatabaseError {
      throw RunStoreError(error, path: path)
    }
  }

  private static func configuration(_ access: RunStore.Access) -> Configuration {
    var configuration = Configuration()
    configuration.label = "run store"
    configuration.busyMode = .timeout(10)
    if case .reading = access {
      configuration.readonly = true
    } else {
      configuration.journalMode = .wal
    }
    configuration.prepareDatabase { database in
      // The schema of a foreign file must not do anything, nor may damage go unnoticed.
      try database.execute(
        sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
      if !database.configuration.readonly {
        try database.execute(sql: "PRAGMA synchronous = FULL;")
      }
    }
    return configuration
  }

  /// Throws unless the file may be opened: a regular file of this user, not a link, if it is to be
  /// written.
  private static func check(_ path: String, _ access: RunStore.Access) throws {
    let isThere = try path.withCString { name -> Bool in
      var information = stat()
      guard lstat(name, &information) == 0 else { return false }
      guard information.st_mode & S_IFMT == S_IFREG else {
        throw RunStoreError.refused(path: path, reason: "it is no regular file")
      }
      if case .reading = access { return true }
      guard information.st_uid == getuid() else {
        throw RunStoreError.refused(path: path, reason: "it belongs to another user")
      }
      return true
    }
    guard !isThere else { return }
    guard case .run = access else { throw RunStoreError.missing(path: path) }
    // Made here, so that nobody else may read it.
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw RunStoreError.failed(path: path, reason: String(cString: strerror(errno)))
    }
    Foundation.close(descriptor)
  }

  private static func requireOurs(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
    guard application == Schema.application else {
      throw RunStoreError.refused(path: path, reason: "it was not made by elixir-gpu")
    }
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard version == Schema.version else {
      throw RunStoreError.otherVersion(path: path, version: version)
    }
  }
}
