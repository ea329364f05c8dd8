import ComputeBackend
import Datasets
import Foundation
import NeuralNet
import Support

/// All that the result of a training depends on, as text by name; a resumed training must share it.
package struct TrainingIdentity: Equatable {
  private(set) var parts: [String: String]

  /// - Parameters:
  ///   - options: what the user chose.
  ///   - network: the architecture.
  package init(
    options: some Encodable, network: String, images: any LabelledImages,
    on backend: any ComputeBackend
  ) throws {
    parts = [
      "options": try JSONText.line(options), "network": network, "images": try images.checksum(),
      "device": backend.description.kind,
      "precision": backend.description.precision.rawValue,
    ]
  }

  /// Adds weights that the training does not change.
  package mutating func add(fixed module: some Module) throws {
    var hash = SHA256()
    for parameter in module.parameters.parameters {
      hash.add(parameter.name)
      hash.add(bitsOf: try parameter.exported())
    }
    parts["initial weights"] = hash.hexDigest
  }

  /// As it is kept in a state.
  var text: String { get throws { try JSONText.line(parts) } }

  /// The first part that differs from what a state holds; nil if none does.
  func difference(from text: String?) -> String? {
    guard
      let before = try? JSONDecoder().decode([String: String].self, from: Data((text ?? "").utf8))
    else { return "options" }
    return Set(parts.keys).union(before.keys).sorted().first { parts[$0] != before[$0] }
  }
}
