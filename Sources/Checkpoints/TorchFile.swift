import Foundation
import Pickles
import Support

/// A file that `torch.save` wrote, opened for reading: its pickle is read as plain data, so that
/// nothing it asks for is run; tensors are read on demand.
///
///     let file = try TorchFile(url)
///     file.names                                       // ["epoch", "state_dict/conv1.weight", …]
///     let weight = try file.floats("state_dict/conv1.weight")
///
/// Read are zip archives (since PyTorch 1.6; also deflated, also big-endian) and the older
/// sequence of pickles and raw storages; tensors of any strides, parameters, shared storages.
/// TorchScript archives, pickled modules, sparse and quantized tensors are refused by name.
public final class TorchFile: TensorFile {
  public let url: URL
  /// What the file holds; tensors are `PickleValue.call`.
  public let value: PickleValue
  /// Paths of tensors in the order of the file: keys and indices with slashes between; empty for a
  /// file that is one tensor.
  public var names: [String] { contents.names }
  public var metadata: [String: String] { [:] }
  private let contents: TorchContents
  private let storages: TorchStorages

  /// Opens a file, reads its pickle, and checks that every tensor lies within its storage.
  ///
  /// - Throws: `CheckpointError.invalidTorchFile` or `FileError`.
  public init(_ url: URL) throws {
    self.url = url
    let path = FileName(url.path)
    do {
      let file = try RandomAccessFile(path)
      let start = try file.bytes(at: 0, count: min(file.size, 4))
      let parts =
        ZipFile.begins(start) ? try Self.openArchive(path) : try Self.openLegacy(file)
      (value, contents, storages) = (parts.value, parts.contents, parts.storages)
      try Self.checkSizes(contents, storages)
    } catch let failure as TorchFailure {
      throw CheckpointError.invalidTorchFile(
        path: url.path, reason: failure.reason, advice: "download or export it again")
    } catch let error as PickleError {
      throw Self.refusal(error)
    }
  }

  /// Whether a file begins as those of `torch.save` do.
  static func begins(_ bytes: [UInt8]) -> Bool {
    // Local header of an archive, whose method is at byte 8; or the pickle of the magic number.
    ZipFile.begins(bytes) && bytes.dropFirst(8).first != UInt8(ascii: "{")
      || bytes.first == 0x80 && bytes.dropFirst(2).starts(with: magicPickle)
  }

  public func contains(_ name: String) -> Bool { contents.tensors[name] != nil }

  /// A tensor's shape, or `nil` if there is none of that name.
  public func shape(_ name: String) -> [Int]? { contents.tensors[name]?.shape }

  /// A tensor's element type, or `nil` if there is none of that name.
  public func elementType(_ name: String) -> ElementType? { contents.tensors[name]?.type }

  /// A tensor's elements in row-major order, little-endian.
  ///
  /// - Throws: `CheckpointError.missingTensor`, or `FileError`.
  public func bytes(_ name: String) throws -> [UInt8] {
    let tensor = try tensor(name)
    guard tensor.count > 0 else { return [] }
    return tensor.gather(try storages.bytes(tensor.offset..<tensor.end, of: tensor))
  }

  /// Some of a tensor's elements in row-major order, little-endian, without reading the others if
  /// they follow each other in the file.
  public func bytes(_ name: String, elements: Range<Int>) throws -> [UInt8] {
    let tensor = try tensor(name)
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= tensor.count,
      "TorchFile: elements \(elements) of \(tensor.count)")
    guard tensor.isContiguous else {
      let size = tensor.size
      return Array(try bytes(name)[elements.lowerBound * size..<elements.upperBound * size])
    }
    return try storages.bytes(
      tensor.offset + elements.lowerBound..<tensor.offset + elements.upperBound, of: tensor)
  }

  /// A tensor's elements in row-major order, converted to Float.
  ///
  /// - Throws: `CheckpointError.missingTensor` or `.unsupportedElementType`, or `FileError`.
  public func floats(_ name: String) throws -> [Float] { try readFloats(name) }

  private func tensor(_ name: String) throws -> TorchTensor {
    guard let tensor = contents.tensors[name] else {
      throw CheckpointError.missingTensor(path: url.path, tensor: name)
    }
    return tensor
  }

  /// Bytes of all tensors together: tied weights share a storage, but a few bytes that serve as
  /// terabytes of tensors are an attack.
  private static func checkSizes(
    _ contents: TorchContents, _ storages: TorchStorages
  ) throws(TorchFailure) {
    let stored = contents.storages.values.reduce(0) { $0 + $1.size }
    let limit = 8 * min(stored, Int.max / 16) + (64 << 20)
    var total = 0
    for (name, tensor) in contents.tensors {
      let bytes = tensor.count * tensor.size
      guard bytes <= limit - total else {
        throw TorchFailure(
          "tensor '\(name)' of the shape \(tensor.shape) expands storages of \(stored) bytes to "
            + "more than \(limit)")
      }
      total += bytes
    }
    // A compressed storage of which next to nothing is used exists to fill the memory.
    for (key, place) in storages.places {
      guard case .compressed(let member) = place else { continue }
      let used =
        contents.tensors.values.lazy.filter { $0.storage == key }
        .map { $0.end * $0.size }.max() ?? 0
      guard member.size <= 16 * used + (1 << 20) else {
        throw TorchFailure(
          "storage \(key) of \(member.size) bytes out of \(member.storedSize) is used for \(used)")
      }
    }
  }

  private static func refusal(_ error: PickleError) -> CheckpointError {
    guard let name = error.refusedName else {
      return .invalidTorchFile(
        path: error.path, reason: error.reason, advice: "download or export it again")
    }
    if let kind = TorchNames.kind(of: name) {
      return .invalidTorchFile(
        path: error.path, reason: "it holds \(kind), which is not supported",
        advice: "save dense tensors")
    }
    // Classes have capital letters.
    let isClass = name.name.first?.isUppercase == true
    let what = isClass && error.refusesWhole ? "holds a pickled module" : "asks for an object"
    return .invalidTorchFile(
      path: error.path,
      reason: "it \(what) (\(name)), not only a state_dict; nothing of it was run",
      advice: "save model.state_dict()")
  }
}
