import Autograd
import Checkpoints
import Foundation
import NeuralNet
import Support

/// Everything that a stopped training needs to go on as if it had not stopped, in one safetensors
/// file that is replaced atomically.
///
/// Tensors: `model/NAME` (PyTorch's layout) for weights and running statistics, `counter/NAME`,
/// `optimizer/KEY`, `average/KEY`. Metadata: `format`, `step`, and `recipe`, the `TrainingIdentity`
/// that a resumed training must share. Random numbers need no state: they are functions of seed
/// and step.
struct TrainingState {
  private static let format = "elixir-gpu training state 1"

  let file: URL
  let model: any Module
  let optimizer: any Optimizer
  let average: ExponentialMovingAverage?
  let identity: TrainingIdentity

  var exists: Bool { Directory.kind(FileName(file.path)) != nil }

  /// Where a state is; nil before the first.
  var savedPath: String? { exists ? file.path : nil }

  /// - Throws: `TrainingError.diverged` rather than saving weights that are not finite.
  func save(step: Int) throws {
    var tensors: [String: StoredTensor] = [:]
    let list = model.parameters
    for parameter in list.parameters {
      let values = try parameter.exported()
      guard values.allSatisfy(\.isFinite) else {
        throw TrainingError.diverged(step: step, state: savedPath)
      }
      tensors["model/\(parameter.name)"] = StoredTensor(values, shape: parameter.exportedShape)
    }
    for counter in list.counters {
      tensors["counter/\(counter.name)"] = StoredTensor(int64: [Int64(counter.value)], shape: [])
    }
    for (key, values) in try optimizer.state() {
      tensors["optimizer/\(key)"] = StoredTensor(values, shape: [values.count])
    }
    for (key, values) in try average?.state() ?? [:] {
      tensors["average/\(key)"] = StoredTensor(values, shape: [values.count])
    }
    try SafetensorsFile.write(
      tensors,
      metadata: [
        "format": Self.format, "step": String(step), "recipe": try identity.text,
      ], to: file)
  }

  /// Restores all that `save` wrote and returns the step it was at.
  func restore() throws -> Int {
    let saved = try Checkpoint(file)
    guard saved.metadata["format"] == Self.format,
      let step = saved.metadata["step"].flatMap({ Int($0) }), (0...(1 << 40)).contains(step)
    else { throw TrainingError.badState(path: file.path, reason: "it was not made by a training") }
    if let difference = identity.difference(from: saved.metadata["recipe"]) {
      throw TrainingError.otherTraining(path: file.path, difference: difference)
    }
    let list = model.parameters
    for parameter in list.parameters {
      let name = "model/\(parameter.name)"
      let values = try saved.floats(name)
      guard saved.shape(name) == parameter.exportedShape else {
        throw CheckpointError.shapeMismatch(
          path: file.path, tensor: name, expected: parameter.exportedShape,
          found: saved.shape(name) ?? [])
      }
      parameter.assign(
        Tensor(values, shape: parameter.exportedShape, on: parameter.value.backend))
    }
    for counter in list.counters {
      let value = try saved.floats("counter/\(counter.name)").first ?? 0
      guard let count = Int(exactly: value), (0...(1 << 40)).contains(count) else {
        throw TrainingError.badState(
          path: file.path, reason: "its '\(counter.name)' is \(value), no count")
      }
      counter.value = count
    }
    try optimizer.restore(try Self.arrays(of: "optimizer/", in: saved))
    try average?.restore(try Self.arrays(of: "average/", in: saved))
    return step
  }

  private static func arrays(of prefix: String, in file: Checkpoint) throws -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for name in file.names where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = try file.floats(name)
    }
    return result
  }
}
