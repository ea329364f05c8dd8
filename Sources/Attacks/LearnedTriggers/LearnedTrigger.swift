import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet

/// A trigger whose network lies beside the poisoned copy.
struct LearnedTrigger: Sendable {
  typealias Make = @Sendable (any WeightSource) throws -> any TriggerNetwork

  /// The network's file in the copy's folder.
  static let fileName = "trigger.safetensors"

  private let weights: Checkpoint
  private let make: Make

  /// - Throws: `CheckpointError` or `FileError`.
  init(in folder: String, _ make: @escaping Make) throws {
    weights = try Checkpoint(
      URL(fileURLWithPath: folder).appendingPathComponent(Self.fileName))
    self.make = make
  }

  /// The network, ready for evaluation.
  ///
  /// - Throws: `CheckpointError` if its weights are not those of the attack.
  func network(on backend: any ComputeBackend) throws -> any TriggerNetwork {
    let source = CheckpointWeights(weights, on: backend)
    let network = try make(source)
    try source.finish()
    return network
  }

  /// Writes a network's file.
  static func write(_ network: any TriggerNetwork, to folder: String) throws {
    try SafetensorsFile.write(
      network.storedTensors(), metadata: ["format": "pt"],
      to: URL(fileURLWithPath: folder).appendingPathComponent(fileName))
  }
}
