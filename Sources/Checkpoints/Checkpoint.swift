import Foundation

/// The tensors of a model: one safetensors file, or several listed by a `*.safetensors.index.json`.
public struct Checkpoint: Sendable {
  /// What the user named; used in messages.
  public let url: URL
  /// Strings under `__metadata__` of the (first) file.
  public let metadata: [String: String]
  private let files: [String: SafetensorsFile]

  /// Opens the file, or all files of the index.
  public init(_ url: URL) throws {
    self.url = url
    if url.pathExtension == "json" {
      files = try Self.shards(url)
      metadata = files.min { $0.key < $1.key }?.value.metadata ?? [:]
    } else {
      let file = try SafetensorsFile(url)
      files = Dictionary(uniqueKeysWithValues: file.names.map { ($0, file) })
      metadata = file.metadata
    }
  }

  /// All files that are read, an index first, sorted by name.
  public var fileURLs: [URL] {
    let read = Dictionary(files.values.map { ($0.url.path, $0.url) }) { first, _ in first }
    let shards = read.values.sorted { $0.path < $1.path }
    return shards.contains { $0.path == url.path } ? shards : [url] + shards
  }

  /// Sorted names.
  public var names: [String] { files.keys.sorted() }

  public func contains(_ name: String) -> Bool { files[name] != nil }

  public func shape(_ name: String) -> [Int]? { files[name]?.shape(name) }

  /// A tensor's finite elements as Float, in row-major order.
  ///
  /// - Throws: `CheckpointError.missingTensor`, `.notFinite`, `.unsupportedElementType`, ….
  public func floats(_ name: String) throws -> [Float] {
    guard let file = files[name] else {
      throw CheckpointError.missingTensor(path: url.path, tensor: name)
    }
    return try file.finiteFloats(name)
  }

  private static func shards(_ url: URL) throws -> [String: SafetensorsFile] {
    guard case .object(let root) = try JSONValue.read(url),
      case .object(let map)? = root["weight_map"]
    else {
      throw CheckpointError.invalidJSON(
        path: url.path, reason: "no weight_map; a safetensors index is expected")
    }
    let folder = url.deletingLastPathComponent()
    var opened: [String: SafetensorsFile] = [:]
    var result: [String: SafetensorsFile] = [:]
    for (name, value) in map.members {
      guard case .string(let fileName) = value, !fileName.contains("/"), !fileName.hasPrefix(".")
      else {
        throw CheckpointError.invalidJSON(
          path: url.path, reason: "weight_map '\(name)' does not name a file beside the index")
      }
      let file = try opened[fileName] ?? SafetensorsFile(folder.appendingPathComponent(fileName))
      opened[fileName] = file
      guard file.contains(name) else {
        throw CheckpointError.missingTensor(path: file.url.path, tensor: name)
      }
      result[name] = file
    }
    return result
  }
}
