import Foundation

/// A file of named tensors, whatever its format.
protocol TensorFile: Sendable {
  var url: URL { get }
  var metadata: [String: String] { get }
  var names: [String] { get }
  func contains(_ name: String) -> Bool
  func shape(_ name: String) -> [Int]?
  func elementType(_ name: String) -> ElementType?
  /// A tensor's elements in row-major order, little-endian.
  func bytes(_ name: String) throws -> [UInt8]
}

extension TensorFile {
  /// A tensor's elements in row-major order, converted to Float.
  ///
  /// - Throws: `CheckpointError.missingTensor` or `.unsupportedElementType`, or `FileError`.
  func readFloats(_ name: String) throws -> [Float] {
    guard let type = elementType(name) else {
      throw CheckpointError.missingTensor(path: url.path, tensor: name)
    }
    guard ElementType.readable.contains(type) else {
      throw CheckpointError.unsupportedElementType(
        path: url.path, tensor: name, type: type.rawValue)
    }
    return type.floats(of: try bytes(name))
  }

  /// As `readFloats`, but refuses NaN and infinity.
  ///
  /// - Throws: also `CheckpointError.notFinite`, naming the tensor.
  func readFiniteFloats(_ name: String) throws -> [Float] {
    let values = try readFloats(name)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw CheckpointError.notFinite(path: url.path, tensor: name, index: index)
    }
    return values
  }
}
