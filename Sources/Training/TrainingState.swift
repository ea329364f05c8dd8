import Autograd
import Checkpoints
import Foundation
import NeuralNet
import Support

/// Everything that a stopped training needs to go on as if it had not stopped, in one safetensors
/// file that is replaced atomically.
///
/// Tensors: `model/NAME` (PyTorch's layout) for weights and running statistics, `counter/NAME`,
/// `optimizer/KEY`, `average/KEY`. Metadata: `format`, `step`, and `recipe`, a text that a resumed
/// training must share. Random numbers need no state: they are functions of seed and step.
struct TrainingState {
  private static let format = "elixir-gpu training state 1"

  let model: any Module
  let optimizer: any Optimizer
  let average: ExponentialMovingAverage?
  let recipe: String

  /// - Throws: `TrainingError.diverged` rather than saving weights that are not finite.
  func save(step: Int, to url: URL) throws {
    var tensors: [String: StoredTensor] = [:]
    let list = model.parameters
    for parameter in list.parameters {
      let values = try parameter.exported()
      guard values.allSatisfy(\.isFinite) else {
        let previous = FileManager.default.fileExists(atPath: url.path) ? url.path : nil
        throw TrainingError.diverged(step: step, state: previous)
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
      metadata: ["format": Self.format, "step": String(step), "recipe": recipe], to: url)
  }

  /// Restores all that `save` wrote and returns the step it was at.
  func restore(_ url: URL) throws -> Int {
    let file = try Checkpoint(url)
    guard file.metadata["format"] == Self.format,
      let step = file.metadata["step"].flatMap({ Int($0) }), step >= 0
    else { throw TrainingError.badState(path: url.path, reason: "it was not made by a training") }
    guard file.metadata["recipe"] == recipe else {
      throw TrainingError.otherRecipe(path: url.path)
    }
    let list = model.parameters
    for parameter in list.parameters {
      let name = "model/\(parameter.name)"
      let values = try file.floats(name)
      guard file.shape(name) == parameter.exportedShape else {
        throw CheckpointError.shapeMismatch(
          path: url.path, tensor: name, expected: parameter.exportedShape,
          found: file.shape(name) ?? [])
      }
      parameter.assign(
        Tensor(values, shape: parameter.exportedShape, on: parameter.value.backend))
    }
    for counter in list.counters {
      counter.value = Int(try file.floats("counter/\(counter.name)").first ?? 0)
    }
    try optimizer.restore(try Self.arrays(of: "optimizer/", in: file))
    try average?.restore(try Self.arrays(of: "average/", in: file))
    return step
  }

  /// A recipe as text: equal for equal recipes.
  static func text(_ recipe: some Encodable) throws -> String { try JSONText.line(recipe) }

  private static func arrays(of prefix: String, in file: Checkpoint) throws -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for name in file.names where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = try file.floats(name)
    }
    return result
  }
}
