import Autograd
import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet

/// A trigger that a network makes, as its weights on the host.
struct LearnedTrigger: Sendable {
  typealias Make = @Sendable (any WeightSource) throws -> any TriggerNetwork

  /// The network's file in the copy's folder.
  static let fileName = "trigger.safetensors"

  private enum Weights: Sendable {
    case file(Checkpoint)
    case values([String: [Float]])
  }

  private let weights: Weights
  private let make: Make

  /// The trigger of a network as it is now.
  init(_ network: any TriggerNetwork, _ make: @escaping Make) throws {
    let list = try network.parameters.parameters.map { ($0.name, try $0.exported()) }
    weights = .values(Dictionary(uniqueKeysWithValues: list))
    self.make = make
  }

  /// The trigger whose network lies beside a poisoned copy.
  ///
  /// - Throws: `CheckpointError` or `FileError`.
  init(in folder: String, _ make: @escaping Make) throws {
    weights = .file(
      try Checkpoint(URL(fileURLWithPath: folder).appendingPathComponent(Self.fileName)))
    self.make = make
  }

  /// The network, ready for evaluation.
  ///
  /// - Throws: `CheckpointError` if its weights are not those of the attack.
  func network(on backend: any ComputeBackend) throws -> any TriggerNetwork {
    switch weights {
    case .values(let values): return try make(HostWeights(values: values, backend: backend))
    case .file(let checkpoint):
      let source = CheckpointWeights(checkpoint, on: backend)
      let network = try make(source)
      try source.finish()
      return network
    }
  }

  /// Writes a network's file.
  static func write(_ network: any TriggerNetwork, to folder: String) throws {
    try SafetensorsFile.write(
      network.storedTensors(), metadata: ["format": "pt"],
      to: URL(fileURLWithPath: folder).appendingPathComponent(fileName))
  }
}

/// The values of a network's parameters, by name.
private struct HostWeights: WeightSource {
  let values: [String: [Float]]
  let backend: any ComputeBackend

  func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    guard let values = values[path] else {
      preconditionFailure("LearnedTrigger: there is no \(path)")
    }
    return Tensor(values, shape: shape, on: backend)
  }

  func contains(_ path: String) -> Bool { values[path] != nil }
}
