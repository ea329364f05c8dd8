import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet
import Support

extension RestorationNetworks {
  private static let format = "elixir-gpu restoration 1"

  private struct Description: Codable {
    var sizes: Sizes
    var shape: ImageShape
  }

  /// Writes all four networks into one safetensors file, replaced atomically; waits for the device.
  public func save(to url: URL) throws {
    var tensors: [String: StoredTensor] = [:]
    for parameter in parameters.parameters {
      tensors[parameter.name] = StoredTensor(
        try parameter.exported(), shape: parameter.exportedShape)
    }
    let description = try JSONText.line(Description(sizes: sizes, shape: frame.shape))
    try SafetensorsFile.write(
      tensors, metadata: ["format": Self.format, "networks": description], to: url)
  }

  /// The networks of a file that `save` wrote.
  ///
  /// - Throws: `CheckpointError`, or `RestorationError.badFile`.
  public static func load(
    _ url: URL, on backend: any ComputeBackend
  ) throws -> RestorationNetworks {
    let file = try Checkpoint(url)
    guard file.metadata["format"] == format,
      let description = try? JSONDecoder().decode(
        Description.self, from: Data((file.metadata["networks"] ?? "").utf8)),
      (1...1024).contains(description.sizes.width), description.sizes.width % 4 == 0,
      (1...16_384).contains(description.shape.height),
      (1...16_384).contains(description.shape.width),
      [1, 3].contains(description.shape.channels)
    else { throw RestorationError.badFile(path: url.path, reason: "it was not saved by one") }
    return try RestorationNetworks(
      description.sizes, for: description.shape,
      from: CheckpointWeights(file, on: backend))
  }
}
