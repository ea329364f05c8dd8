/// What is wrong with a model file, in one line: the file, the fault, and what to do.
public enum CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file breaks the rules of the safetensors format.
  case invalidSafetensors(path: String, reason: String)
  /// A file of `torch.save` that is damaged, or holds what is not supported.
  case invalidTorchFile(path: String, reason: String, advice: String)
  /// A file of another kind in the place of weights.
  case foreignFile(path: String, kind: String, advice: String)
  /// The file breaks the rules of JSON, or lacks what it must have.
  case invalidJSON(path: String, reason: String)
  /// A tensor stored in an element type that is not supported.
  case unsupportedElementType(path: String, tensor: String, type: String)
  /// A configuration field with a value that is not supported.
  case unsupportedValue(path: String, field: String, value: String, supported: String)
  /// Tensors that make no network that is known here.
  case unsupportedArchitecture(path: String, reason: String, supported: String)
  case missingTensor(path: String, tensor: String)
  case shapeMismatch(path: String, tensor: String, expected: [Int], found: [Int])
  /// A tensor that the network has no use for.
  case unexpectedTensor(path: String, tensor: String)
  /// Tensors under an old and a new name for the same thing.
  case conflictingTensors(path: String, tensors: [String])
  /// NaN or infinity among a tensor's elements.
  case notFinite(path: String, tensor: String, index: Int)

  public var description: String {
    switch self {
    case .invalidSafetensors(let path, let reason):
      "\(path): not a valid safetensors file: \(reason); download or export it again"
    case .invalidTorchFile(let path, let reason, let advice):
      "\(path): not a PyTorch file that can be read: \(reason); \(advice)"
    case .foreignFile(let path, let kind, let advice): "\(path): this is \(kind); \(advice)"
    case .invalidJSON(let path, let reason): "\(path): \(reason)"
    case .unsupportedElementType(let path, let tensor, let type):
      "\(path): tensor '\(tensor)' has element type \(type); convert it to one of "
        + ElementType.readable.map(\.rawValue).joined(separator: ", ")
    case .unsupportedValue(let path, let field, let value, let supported):
      "\(path): \(field) is \(value), which is not supported; supported: \(supported)"
    case .unsupportedArchitecture(let path, let reason, let supported):
      "\(path): unknown architecture: \(reason); supported: \(supported)"
    case .missingTensor(let path, let tensor):
      "\(path): tensor '\(tensor)' is missing; the file does not fit this network"
    case .shapeMismatch(let path, let tensor, let expected, let found):
      "\(path): tensor '\(tensor)' has shape \(found), but the network needs \(expected)"
    case .unexpectedTensor(let path, let tensor):
      "\(path): tensor '\(tensor)' has no place in this network; "
        + "the file is of another architecture"
    case .conflictingTensors(let path, let tensors):
      "\(path): tensors \(tensors.map { "'\($0)'" }.joined(separator: " and ")) are two names for "
        + "one weight; remove one of them"
    case .notFinite(let path, let tensor, let index):
      "\(path): tensor '\(tensor)' has NaN or infinity at element \(index); "
        + "the training that wrote it diverged, use an earlier checkpoint"
    }
  }
}
