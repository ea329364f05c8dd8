import Foundation
import Support

/// The tensors of a model: a file of safetensors or of `torch.save`, several listed by an index
/// (`*.index.json`), or a folder that holds such a file.
///
/// Of a PyTorch file these are the weights among what it holds; see `TorchStateDictionary`.
public struct Checkpoint: Sendable {
  /// The file or index; used in messages.
  public let url: URL
  /// Strings under `__metadata__` of the (first) file.
  public let metadata: [String: String]
  private let files: [String: any TensorFile]

  /// Opens the file, or all files of the index, or those of the folder.
  public init(_ url: URL) throws {
    let url =
      Directory.kind(FileName(url.path)) == .directory ? try Self.file(in: url) : url
    self.url = url
    if url.pathExtension == "json" {
      files = try Self.shards(url)
      metadata = files.min { $0.key < $1.key }?.value.metadata ?? [:]
    } else {
      let file = try Self.open(url)
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

  public func elementType(_ name: String) -> ElementType? { files[name]?.elementType(name) }

  /// A tensor's finite elements as Float, in row-major order.
  ///
  /// - Throws: `CheckpointError.missingTensor`, `.notFinite`, `.unsupportedElementType`, ….
  public func floats(_ name: String) throws -> [Float] {
    try file(of: name).readFiniteFloats(name)
  }

  /// A tensor's elements in row-major order, little-endian.
  ///
  /// - Throws: `CheckpointError.missingTensor`, or `FileError`.
  public func bytes(_ name: String) throws -> [UInt8] { try file(of: name).bytes(name) }

  private func file(of name: String) throws -> any TensorFile {
    guard let file = files[name] else {
      throw CheckpointError.missingTensor(path: url.path, tensor: name)
    }
    return file
  }
}
