import Foundation
import Support

/// A safetensors file opened for reading; its header is checked, its data are read on demand.
///
///     let file = try SafetensorsFile(url)
///     let weight = try file.floats("conv_in.weight")   // any readable type, as Float
public final class SafetensorsFile: TensorFile {
  public let url: URL
  /// Strings under `__metadata__`.
  public let metadata: [String: String]
  /// Names in the order of the data.
  public let names: [String]
  private let file: RandomAccessFile
  private let entries: [String: SafetensorsHeader.Entry]
  private let dataStart: Int

  /// Opens a file and checks its header.
  ///
  /// - Throws: `FileError` or `CheckpointError.invalidSafetensors`.
  public init(_ url: URL) throws {
    self.url = url
    file = try RandomAccessFile(url.path)
    do {
      let (header, start) = try Self.header(file)
      dataStart = start
      metadata = header.metadata
      names = header.entries.map(\.name)
      entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    } catch let failure as SafetensorsHeader.Failure {
      throw CheckpointError.invalidSafetensors(path: url.path, reason: failure.reason)
    }
  }

  private static func header(
    _ file: RandomAccessFile
  ) throws -> (header: SafetensorsHeader, dataStart: Int) {
    guard file.size >= 8 else {
      throw SafetensorsHeader.Failure(reason: "only \(file.size) bytes long")
    }
    let length = try file.bytes(at: 0, count: 8).withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard length <= UInt64(SafetensorsHeader.maximumLength) else {
      throw SafetensorsHeader.Failure(
        reason: "a header of \(length) bytes is above the limit of "
          + "\(SafetensorsHeader.maximumLength)")
    }
    guard Int(length) + 8 <= file.size else {
      throw SafetensorsHeader.Failure(
        reason: "the header of \(length) bytes ends beyond the file of \(file.size) bytes")
    }
    let start = 8 + Int(length)
    let text = try file.bytes(at: 8, count: Int(length))
    return (try SafetensorsHeader(text, dataLength: file.size - start), start)
  }

  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// A tensor's shape, or `nil` if there is none of that name.
  public func shape(_ name: String) -> [Int]? { entries[name]?.shape }

  /// A tensor's element type, or `nil` if there is none of that name.
  public func elementType(_ name: String) -> ElementType? { entries[name]?.type }

  /// A tensor's elements in row-major order, little-endian.
  ///
  /// - Throws: `CheckpointError.missingTensor`, or `FileError`.
  public func bytes(_ name: String) throws -> [UInt8] {
    guard let entry = entries[name] else {
      throw CheckpointError.missingTensor(path: url.path, tensor: name)
    }
    return try file.bytes(at: dataStart + entry.range.lowerBound, count: entry.range.count)
  }

  /// A tensor's elements in row-major order, converted to Float.
  ///
  /// - Throws: `CheckpointError.missingTensor` or `.unsupportedElementType`, or `FileError`.
  public func floats(_ name: String) throws -> [Float] { try readFloats(name) }

  /// As `floats`, but refuses NaN and infinity.
  ///
  /// - Throws: also `CheckpointError.notFinite`, naming the tensor.
  public func finiteFloats(_ name: String) throws -> [Float] { try readFiniteFloats(name) }
}
