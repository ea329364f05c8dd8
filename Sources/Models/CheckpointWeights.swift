import Autograd
import Checkpoints
import ComputeBackend
import NeuralNet

/// A checkpoint's tensors for the layers of a network; remembers which of them were used.
package final class CheckpointWeights: WeightSource {
  private let checkpoint: Checkpoint
  private let backend: any ComputeBackend
  /// The file's own name of each tensor, by the network's path.
  private let storedNames: [String: String]
  private var unused: Set<String>

  /// Weights under the names that the network has.
  package convenience init(_ checkpoint: Checkpoint, on backend: any ComputeBackend) {
    let names = checkpoint.names
    self.init(
      checkpoint, storedNames: Dictionary(uniqueKeysWithValues: zip(names, names)), on: backend)
  }

  /// - Parameter storedNames: the file's name of each tensor, by the network's path.
  init(
    _ checkpoint: Checkpoint, storedNames: [String: String], on backend: any ComputeBackend
  ) {
    self.checkpoint = checkpoint
    self.storedNames = storedNames
    self.backend = backend
    unused = Set(storedNames.values)
  }

  package func contains(_ path: String) -> Bool { storedNames[path] != nil }

  /// - Throws: `CheckpointError.missingTensor`, `.shapeMismatch`, `.notFinite`, ….
  package func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    guard let name = storedNames[path], let found = checkpoint.shape(name) else {
      throw CheckpointError.missingTensor(path: checkpoint.url.path, tensor: path)
    }
    // Linear layers of old attention blocks were convolutions of one element.
    guard found == shape || shape.count == 2 && [shape + [1], shape + [1, 1]].contains(found)
    else {
      throw CheckpointError.shapeMismatch(
        path: checkpoint.url.path, tensor: name, expected: shape, found: found)
    }
    unused.remove(name)
    let values = try checkpoint.floats(name)
    if path.hasSuffix("running_var"), let negative = values.first(where: { $0 < 0 }) {
      throw CheckpointError.unsupportedValue(
        path: checkpoint.url.path, field: name, value: "\(negative)",
        supported: "variances of 0 or more")
    }
    return Tensor(values, shape: shape, on: backend)
  }

  /// - Throws: `CheckpointError.unsupportedValue` for what is no integer that can be counted on.
  package func integer(_ path: String) throws -> Int? {
    guard let name = storedNames[path], checkpoint.shape(name)?.reduce(1, *) == 1 else {
      return nil
    }
    unused.remove(name)
    let value = try checkpoint.floats(name)[0]
    // Counts above 2²⁴ are rounded by Float, so that not every one is an integer of its own.
    guard let integer = Int(exactly: value.rounded()), abs(value) < 0x1p62 else {
      throw CheckpointError.unsupportedValue(
        path: checkpoint.url.path, field: name, value: "\(value)", supported: "a count")
    }
    return integer
  }

  /// Refuses tensors that no layer asked for: the file is then of another architecture.
  package func finish() throws {
    if let name = unused.min() {
      throw CheckpointError.unexpectedTensor(path: checkpoint.url.path, tensor: name)
    }
  }
}

extension Module {
  /// Everything the module owns as it is stored in PyTorch's `state_dict`.
  public func storedTensors() throws -> [String: StoredTensor] {
    let list = parameters
    var result: [String: StoredTensor] = [:]
    for parameter in list.parameters {
      result[parameter.name] = StoredTensor(
        try parameter.exported(), shape: parameter.exportedShape)
    }
    for counter in list.counters {
      result[counter.name] = StoredTensor(int64: [Int64(counter.value)], shape: [])
    }
    return result
  }
}
