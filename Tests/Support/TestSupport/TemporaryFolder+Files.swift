import Foundation

extension TemporaryFolder {
  package var url: URL { URL(fileURLWithPath: path) }

  /// Writes a file into the folder.
  package func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
    try write(bytes, to: name)
    return url.appendingPathComponent(name)
  }

  /// Writes a text file into the folder.
  package func file(_ name: String, _ text: String) throws -> URL {
    try file(name, Array(text.utf8))
  }
}
