import ComputeBackend
import Foundation
import Support

/// The folder of an unfinished run, `OUTPUT.partial`, which the same command resumes; of a finished
/// one, `OUTPUT.run`, as long as nobody deletes it.
///
/// - `run.json`: all that the result depends on, as text by name; another command is refused.
/// - `victim.safetensors`, `benign-1.safetensors`, `benign-2.safetensors`: finished models, and
///   `…-state.safetensors` of the one in training; `victim-losses.safetensors` of a detection.
/// - `noise-search.json`: the noise that was chosen.
/// - `candidates.journal`, `candidates.images`: see `CandidateStore`; those of a second look are in
///   `second-look-T`.
///
/// A lock, which ends with its process, keeps two processes apart.
public final class RunFolder {
  public let url: URL
  /// Whether an earlier process began this run.
  public let isResumed: Bool
  private let lock: FileLock

  /// Opens or makes the folder.
  ///
  /// - Parameters:
  ///   - identity: what must be equal to go on.
  ///   - force: an unfinished run that differs is deleted.
  public init(output: String, identity: [String: String], force: Bool) throws {
    var path = URL(fileURLWithPath: output).standardizedFileURL.path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    url = URL(fileURLWithPath: path + ".partial")
    let file = url.appendingPathComponent("run.json")
    let identity = identity.merging([Self.versionKey: Self.version]) { $1 }
    try Self.prepare(url, record: file)
    guard let lock = try FileLock(url.appendingPathComponent(Self.lockName).path) else {
      throw RunError.fileSystem(
        path: url.path, reason: "another process is at work in it")
    }
    self.lock = lock
    if let data = FileManager.default.contents(atPath: file.path) {
      let before = (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
      let names = Set(before.keys).union(identity.keys).sorted()
      let difference = names.first { before[$0] != identity[$0] }
      guard let difference else {
        isResumed = true
        return
      }
      guard force else {
        guard before[Self.versionKey] == Self.version else {
          throw RunError.otherVersion(path: url.path)
        }
        throw RunError.other(
          path: url.path,
          difference: "\(difference): \(before[difference] ?? "none"), "
            + "now \(identity[difference] ?? "none")")
      }
    }
    isResumed = false
    let url = url
    try Self.translating(url) {
      let manager = FileManager.default
      for name in try manager.contentsOfDirectory(atPath: url.path) where name != Self.lockName {
        try manager.removeItem(at: url.appendingPathComponent(name))
      }
      try JSONText.write(identity, to: file.path)
    }
  }

  /// Options by their names, and the device: what every run's identity begins with.
  public static func identity(
    of options: some Encodable, backend: any ComputeBackend
  ) throws -> [String: String] {
    let encoded = try JSONSerialization.jsonObject(
      with: Data(try JSONText.line(options).utf8))
    var identity = try (encoded as? [String: Any] ?? [:]).mapValues { value in
      String(
        decoding: try JSONSerialization.data(
          withJSONObject: value,
          options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]),
        as: UTF8.self)
    }
    identity["device"] = backend.description.identifier
    identity["precision"] = backend.description.precision.rawValue
    return identity
  }

  private static let lockName = "lock"
  /// Of the files in the folder: with another version nothing in it can be used.
  private static let versionKey = "run format"
  private static let version = "2"

  /// Makes the folder unless it is there, and ours.
  private static func prepare(_ url: URL, record: URL) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: url.path) && !manager.fileExists(atPath: record.path) {
      let names = (try? manager.contentsOfDirectory(atPath: url.path)) ?? ["?"]
      guard names.allSatisfy({ $0 == lockName || $0.hasPrefix(".run.json.") }) else {
        throw RunError.fileSystem(
          path: url.path, reason: "it is in the way and was not made by elixir-gpu")
      }
    }
    try translating(url) {
      try manager.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }

  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// A folder inside it, made if it is not there.
  public func directory(_ name: String) throws -> URL {
    let url = file(name)
    try Self.translating(url) {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    return url
  }

  public func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name).path)
  }

  public func delete(_ name: String) {
    try? FileManager.default.removeItem(at: file(name))
  }

  /// Ends the run once the output is complete: its files move to `OUTPUT.run`, in place of an
  /// earlier run's, or are deleted.
  public func finish(keepsFiles: Bool) throws {
    let kept = Self.kept(url)
    try? FileManager.default.removeItem(at: kept)
    guard keepsFiles else { return delete() }
    delete(Self.lockName)
    try Self.translating(kept) { try FileManager.default.moveItem(at: url, to: kept) }
  }

  /// `OUTPUT.run` of `OUTPUT.partial`.
  private static func kept(_ url: URL) -> URL {
    url.deletingPathExtension().appendingPathExtension("run")
  }

  private func delete() {
    try? FileManager.default.removeItem(at: url)
  }

  private static func translating(_ url: URL, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as CocoaError {
      throw RunError.fileSystem(path: url.path, reason: error.localizedDescription)
    }
  }
}
