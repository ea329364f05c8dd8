import Checkpoints
import Foundation

/// The folder of an unfinished run, `OUTPUT.partial`, which the same command goes on with.
///
/// - `run.json`: all that the result depends on, as text by name; another command is refused.
/// - `victim.safetensors`, `benign-1.safetensors`, `benign-2.safetensors`: finished models, and
///   `…-state.safetensors` of the one in training.
/// - `candidates.journal`, `candidates.images`: see `CandidateStore`.
struct RunFolder {
  let url: URL
  /// Whether an earlier process began this run.
  let isResumed: Bool

  /// Opens or makes the folder.
  ///
  /// - Parameters:
  ///   - identity: what must be equal to go on.
  ///   - force: an unfinished run that differs is deleted.
  init(output: String, identity: [String: String], force: Bool) throws {
    var path = URL(fileURLWithPath: output).standardizedFileURL.path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    url = URL(fileURLWithPath: path + ".partial")
    let file = url.appendingPathComponent("run.json")
    if let data = FileManager.default.contents(atPath: file.path) {
      let before = (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
      let names = Set(before.keys).union(identity.keys).sorted()
      let difference = names.first { before[$0] != identity[$0] }
      guard let difference else {
        isResumed = true
        return
      }
      guard force else {
        throw PurificationError.otherRun(
          path: url.path,
          difference: "\(difference): \(before[difference] ?? "none"), "
            + "now \(identity[difference] ?? "none")")
      }
    }
    isResumed = false
    try Self.translating(url) {
      if FileManager.default.fileExists(atPath: url.path) {
        try FileManager.default.removeItem(at: url)
      }
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try AtomicFile.write(Array(try encoder.encode(identity)), to: file)
    }
  }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name).path)
  }

  func delete(_ name: String) {
    try? FileManager.default.removeItem(at: file(name))
  }

  /// Deletes the folder once the output is complete.
  func delete() {
    try? FileManager.default.removeItem(at: url)
  }

  private static func translating(_ url: URL, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as CocoaError {
      throw PurificationError.fileSystem(path: url.path, reason: error.localizedDescription)
    }
  }
}
