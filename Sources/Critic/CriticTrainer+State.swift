import Autograd
import Checkpoints
import Foundation
import NeuralNet

extension CriticTrainer {
  private static let format = "elixir-gpu critic 1"

  /// What a restored training must share, as text.
  private var identity: String {
    let o = options
    return
      "\(critic.activation), batch size \(o.batchSize), learning rate \(o.learningRate), "
      + "penalty weight \(o.penaltyWeight), seed \(o.seed)"
  }

  /// Writes weights, Adam's moments and the step to a safetensors file, which is replaced
  /// atomically; waits for the device.
  ///
  /// - Throws: `CriticError.diverged` rather than saving weights that are not finite.
  public func save(to url: URL) throws {
    var tensors: [String: StoredTensor] = [:]
    for parameter in critic.parameters.weights {
      let values = try parameter.exported()
      guard values.allSatisfy(\.isFinite) else { throw CriticError.diverged(step: step) }
      tensors["model/\(parameter.name)"] = StoredTensor(values, shape: parameter.exportedShape)
    }
    for (key, values) in try optimizer.state() {
      tensors["optimizer/\(key)"] = StoredTensor(values, shape: [values.count])
    }
    let metadata = ["format": Self.format, "step": String(step), "options": identity]
    try SafetensorsFile.write(tensors, metadata: metadata, to: url)
  }

  /// Goes on from what `save` wrote, bit for bit as if the training had not stopped.
  public func restore(from url: URL) throws {
    let file = try Checkpoint(url)
    guard file.metadata["format"] == Self.format,
      let saved = file.metadata["step"].flatMap({ Int($0) }), saved >= 0
    else { throw CriticError.badState(path: url.path, reason: "it was not saved by a critic") }
    let text = file.metadata["options"] ?? "no options"
    guard text == identity else {
      throw CriticError.otherOptions(path: url.path, saved: text, given: identity)
    }
    let weights = try critic.parameters.weights.map { parameter in
      let name = "model/\(parameter.name)"
      let values = try file.floats(name)
      guard file.shape(name) == parameter.exportedShape else {
        throw CheckpointError.shapeMismatch(
          path: url.path, tensor: name, expected: parameter.exportedShape,
          found: file.shape(name) ?? [])
      }
      return (parameter, values)
    }
    var state: [String: [Float]] = [:]
    for name in file.names where name.hasPrefix("optimizer/") {
      state[String(name.dropFirst("optimizer/".count))] = try file.floats(name)
    }
    try optimizer.restore(state)
    for (parameter, values) in weights {
      parameter.assign(Tensor(values, shape: parameter.exportedShape, on: critic.backend))
    }
    step = saved
  }
}
