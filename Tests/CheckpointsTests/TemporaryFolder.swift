import Foundation

/// A new folder, deleted when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("elixir-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file
  }

  func file(_ name: String, _ text: String) throws -> URL { try file(name, Array(text.utf8)) }

  /// A safetensors file of a header text and data.
  func safetensors(_ header: [UInt8], length: UInt64? = nil, data: [UInt8] = []) throws -> URL {
    let count = length ?? UInt64(header.count)
    let prefix = withUnsafeBytes(of: count.littleEndian) { Array($0) }
    return try file("x.safetensors", prefix + header + data)
  }
}
