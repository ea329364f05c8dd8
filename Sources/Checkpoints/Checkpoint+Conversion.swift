import Foundation
import Support

extension Checkpoint {
  /// What a conversion wrote.
  public struct Conversion: Sendable, Equatable {
    public var tensors: Int
    /// Elements of all tensors.
    public var parameters: Int
    /// Bytes of all tensors.
    public var bytes: Int
  }

  /// Writes the tensors as one safetensors file, under the names that the network itself gives
  /// them, with the types they have; one tensor at a time is in memory.
  ///
  /// - Throws: `CheckpointError`, or `FileError.unwritable`.
  @discardableResult
  public func convert(to url: URL) throws -> Conversion {
    let storedNames = try storedNames()
    var conversion = Conversion(tensors: 0, parameters: 0, bytes: 0)
    var descriptions: [TensorDescription] = []
    for (name, stored) in storedNames {
      guard let type = elementType(stored), let shape = shape(stored) else {
        throw CheckpointError.missingTensor(path: self.url.path, tensor: stored)
      }
      let description = TensorDescription(name: name, type: type, shape: shape)
      descriptions.append(description)
      conversion.tensors += 1
      conversion.parameters += shape.reduce(1, *)
      conversion.bytes += description.byteCount
    }
    let metadata = self.metadata.merging(["format": "pt"]) { own, _ in own }
    try SafetensorsFile.write(descriptions, metadata: metadata, to: url) { tensor, file in
      try bytes(storedNames[tensor.name] ?? tensor.name).withUnsafeBytes { try file.write($0) }
    }
    return conversion
  }
}
