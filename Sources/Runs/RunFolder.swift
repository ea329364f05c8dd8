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
/// - `output.sha256`: of an output that is a file, the digest.
/// - `run.sqlite`: the run's record, which decides nothing.
/// - `candidates.journal`, `candidates.images`: see `CandidateStore`; those of a second look are in
///   `second-look-T`.
///
/// A lock, which ends with its process, keeps two processes apart.
public final class RunFolder {
  public let url: URL
  /// Whether an earlier process began this run.
  public let isResumed: Bool
  /// What the output is marked with, so that it is known as this run's.
  public let token: String
  /// What must be equal to go on.
  let identity: [String: String]
  private let lock: FileLock

  /// Opens or makes the folder.
  ///
  /// - Parameters:
  ///   - identity: what must be equal to go on.
  ///   - force: an unfinished run that differs is deleted.
  public init(output: String, identity: [String: String], force: Bool) throws {
    url = Self.url(of: output)
    let file = url.appendingPathComponent(Self.recordName)
    let identity = identity.merging([Self.versionKey: Self.version]) { $1 }
    self.identity = identity
    token = Self.token(of: Array(try JSONText.indented(identity).utf8))
    try Self.prepare(url, record: file)
    guard let lock = try FileLock(url.appendingPathComponent(Self.lockName).path) else {
      throw RunError.fileSystem(
        path: url.path, reason: "another process is at work in it")
    }
    self.lock = lock
    if Directory.kind(FileName(file.path)) != nil, !Self.hasEnded(url) {
      let before = Self.identity(in: url) ?? [:]
      guard let difference = Self.difference(from: before, to: identity) else {
        isResumed = true
        return
      }
      guard force else {
        guard before[Self.versionKey] == Self.version else {
          throw RunError.otherVersion(path: url.path)
        }
        throw RunError.other(path: url.path, difference: difference)
      }
    }
    isResumed = false
    try Self.clear(url)
    try JSONText.write(identity, to: file.path)
  }

  /// What the run in a folder depends on; nil if there is none, or nothing that can be read.
  public static func identity(in url: URL) -> [String: String]? {
    let file = url.appendingPathComponent(recordName).path
    guard !hasEnded(url), let bytes = try? RandomAccessFile.contents(file) else { return nil }
    return try? JSONDecoder().decode([String: String].self, from: Data(bytes))
  }

  /// The first thing in which a run differs from one of this version with an identity, in words.
  public static func difference(
    from before: [String: String], to identity: [String: String]
  ) -> String? {
    let identity = identity.merging([versionKey: version]) { $1 }
    let names = Set(before.keys).union(identity.keys).sorted()
    return names.first { before[$0] != identity[$0] }.map {
      "\($0): \(before[$0] ?? "none"), now \(identity[$0] ?? "none")"
    }
  }

  /// Options by their names, and the device: what every run's identity begins with.
  public static func identity(
    of options: some Encodable, backend: any ComputeBackend
  ) throws -> [String: String] {
    try identity(of: options, on: DevicePool(backend))
  }

  /// The same for several devices, however many there are of each kind.
  public static func identity(
    of options: some Encodable, on devices: DevicePool
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
    identity["device"] = devices.kinds.joined(separator: " + ")
    identity["precision"] = devices.first.description.precision.rawValue
    return identity
  }

  static let recordName = "run.json"
  static let lockName = "lock"
  /// A file that is there while the rest is deleted, of which nothing counts any more.
  static let endedName = "ended"
  /// The digest of an output that is a file.
  static let expectedName = "output.sha256"
  /// Of the files in the folder: with another version nothing in it can be used.
  private static let versionKey = "run format"
  private static let version = "2"

  /// `OUTPUT.partial`.
  static func url(of output: String) -> URL {
    var path = URL(fileURLWithPath: output).standardizedFileURL.path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return URL(fileURLWithPath: path + ".partial")
  }

  /// Equal for equal identities, whatever their text.
  static func token(of record: [UInt8]) -> String { SHA256.hexDigest(record.filter { $0 > 0x20 }) }

  /// Makes the folder unless it is there, and ours.
  private static func prepare(_ url: URL, record: URL) throws {
    let manager = FileManager.default
    for folder in [url, kept(url)] where Directory.kind(FileName(folder.path)) != nil {
      guard Directory.isOwn(FileName(folder.path)) else {
        throw RunError.fileSystem(
          path: folder.path, reason: "it is a link, or belongs to another user")
      }
      let names = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? ["?"]
      let isOurs = names.contains { $0 == recordName || $0 == endedName }
      guard isOurs || names.allSatisfy({ $0 == lockName || $0.hasPrefix(".run.json.") }) else {
        throw RunError.fileSystem(
          path: folder.path, reason: "it is in the way and was not made by elixir-gpu")
      }
    }
    // It holds images and models that may be nobody else's business.
    try Directory.make(FileName(url.path), mode: 0o700)
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

  static func translating(_ url: URL, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as CocoaError {
      throw RunError.fileSystem(path: url.path, reason: error.localizedDescription)
    }
  }
}
