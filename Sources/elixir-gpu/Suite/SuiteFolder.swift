import Evaluation
import Support

/// Where a suite keeps what it made, each under a name that says what it depends on, so that a
/// suite that was stopped or that grew goes on with what is there.
///
/// - `attacks/…`: poisoned copies.
/// - `models/…`: classifiers, see `ModelStore`.
/// - `cells/…/`: what a method wrote, and `cell.json` and `timings.json` once its cell is finished.
struct SuiteFolder {
  /// A cell as it is kept.
  struct Finished: Codable {
    /// What the figures depend on.
    var identity: [String: String]
    var cell: SuiteCell
    /// Of the method, in the process that finished it.
    var seconds = 0.0

    /// Times are another each time, so they lie in a file of their own.
    private enum CodingKeys: CodingKey {
      case identity, cell
    }
  }

  private struct Timings: Codable {
    var seconds: Double
  }

  let path: String
  private let lock: FileLock

  /// Opens the folder, or makes it.
  ///
  /// - Parameter inputs: datasets, of which it may not become a part.
  /// - Throws: `FileError` if it is none of ours, or if another process is at work in it.
  init(_ path: String, inputs: [String]) throws {
    self.path = path
    try AtomicDirectory.check(path, force: true, inputs: inputs)
    if !AtomicDirectory.isMarked(FileName(path)) {
      try AtomicDirectory(path, force: true, inputs: inputs).commit()
    } else if Directory.kind(FileName(path + "/cells")) == nil {
      throw FileError.outputRefused(path: path, reason: "it holds something else than a suite")
    }
    for name in ["attacks", "cells", "models"] { try Directory.make(FileName(path + "/" + name)) }
    guard let lock = try FileLock(path + "/lock") else {
      throw FileError.unwritable(path: path, reason: "another process is at work in it")
    }
    self.lock = lock
  }

  var models: String { path + "/models" }

  /// A poisoned copy's folder.
  func attack(_ name: String, _ identity: [String: String]) throws -> String {
    "\(path)/attacks/\(try Self.name(name, identity))"
  }

  /// A cell's folder, which is made if it is not there.
  func cell(_ name: String, _ identity: [String: String]) throws -> String {
    let folder = "\(path)/cells/\(try Self.name(name, identity))"
    try Directory.make(FileName(folder))
    return folder
  }

  func finished(_ cell: String) throws -> Finished? {
    let (path, timings) = (cell + "/cell.json", cell + "/timings.json")
    guard [path, timings].allSatisfy({ Directory.kind(FileName($0)) != nil }) else { return nil }
    var finished = try JSONText.read(Finished.self, from: path)
    finished.seconds = try JSONText.read(Timings.self, from: timings).seconds
    return finished
  }

  func finish(_ cell: String, _ finished: Finished) throws {
    try JSONText.write(Timings(seconds: finished.seconds), to: cell + "/timings.json")
    // Last: it says that the cell is there.
    try JSONText.write(finished, to: cell + "/cell.json")
  }

  /// Letters that every file system takes, and the identity's checksum.
  private static func name(_ text: String, _ identity: [String: String]) throws -> String {
    let plain = text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let hash = SHA256.hexDigest(Array(try JSONText.line(identity).utf8))
    return String(plain) + "-" + hash.prefix(12)
  }
}
