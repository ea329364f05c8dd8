import Foundation
import Purification
import Support

/// The command that made a shard, with which `merge` goes on.
struct ShardCommand: Codable {
  /// The words behind the program's name.
  var words: [String]
  /// The folder in which it was started.
  var directory: String

  private static let ending = ".command.json"

  /// This process's.
  static var process: ShardCommand {
    ShardCommand(
      words: Array(CommandLine.arguments.dropFirst()),
      directory: FileManager.default.currentDirectoryPath)
  }

  func save(for shard: Shard, in parts: ShardFolder) throws {
    try JSONText.write(self, to: parts.file(of: shard, Self.ending))
  }

  /// What made the first shard that is complete.
  ///
  /// - Throws: `ShardError.none` if there is none.
  static func load(from parts: ShardFolder) throws -> ShardCommand {
    for shard in parts.shards(finished: true) {
      let file = FileName(parts.file(of: shard, ending))
      guard Directory.kind(file) == .file else { continue }
      let bytes = try RandomAccessFile.contents(file)
      if let command = try? JSONDecoder().decode(ShardCommand.self, from: Data(bytes)) {
        return command
      }
    }
    throw ShardError.none(path: parts.path)
  }
}
