import Foundation
import Support

/// Compiled programs on disk, so that only a first run waits for the compiler.
///
/// One file a program in `$XDG_CACHE_HOME/elixir-gpu` (default `~/.cache/elixir-gpu`), mode 0700,
/// named by its key: the SHA-256 of resolved source, build options, device, driver and platform.
/// Layout: the line `elixir-gpu program 2`, a line with the SHA-256 of key and binary, the binary.
/// Files appear by rename, so programs may share the folder; a file that does not check out is
/// treated as absent. Caching is an optimisation: when the folder cannot be used there is none.
package struct ProgramCache: Sendable {
  private let directory: URL?
  private static let header = "elixir-gpu program 2"

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let base: URL
    if let named = environment["XDG_CACHE_HOME"], named.hasPrefix("/") {
      base = URL(fileURLWithPath: named)
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      base = URL(fileURLWithPath: home).appendingPathComponent(".cache")
    } else {
      directory = nil
      return
    }
    directory = Self.privateFolder(base.appendingPathComponent("elixir-gpu"))
  }

  /// The folder if it exists or could be made, and nobody else can write to it.
  private static func privateFolder(_ folder: URL) -> URL? {
    let manager = FileManager.default
    try? manager.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return Directory.isPrivate(FileName(folder.path)) ? folder : nil
  }

  /// Of the key too, so that no program is taken for another whose name its file was given.
  private static func checksum(_ key: String, _ binary: [UInt8]) -> String {
    SHA256.hexDigest(Array(key.utf8) + binary)
  }

  static func key(_ parts: [String]) -> String {
    SHA256.hexDigest(Array(parts.joined(separator: "\u{0}").utf8))
  }

  func file(for key: String) -> URL? { directory?.appendingPathComponent(key + ".bin") }

  package func load(_ key: String) -> [UInt8]? {
    guard let file = file(for: key), let bytes = try? RandomAccessFile.contents(file.path)
    else { return nil }
    let data = Data(bytes)
    let parts = data.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, String(decoding: parts[0], as: UTF8.self) == Self.header else {
      return nil
    }
    let binary = Array(parts[2])
    return Self.checksum(key, binary) == String(decoding: parts[1], as: UTF8.self) ? binary : nil
  }

  func store(_ key: String, _ binary: [UInt8]) {
    guard let file = file(for: key) else { return }
    let header = "\(Self.header)\n\(Self.checksum(key, binary))\n"
    try? AtomicFile.write(Array(header.utf8) + binary, to: file)
  }
}
