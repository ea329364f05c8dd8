import Checkpoints
import ComputeBackend
import Foundation
import NeuralNet
import Support

extension UNet2DModel {
  /// Loads a diffusers model, `config.json` and `diffusion_pytorch_model.safetensors` or `.bin`; or
  /// one of OpenAI, a file of weights beside its flags (see `OpenAIFlags`).
  ///
  /// - Throws: `CheckpointError`, naming the file, the field or the tensor (with both shapes).
  public static func load(_ folder: URL, on backend: any ComputeBackend) throws -> UNet2DModel {
    let files = try DenoiserFiles(folder)
    guard files.layout == .diffusers else { return try loadOpenAI(files, on: backend) }
    let configuration = try UNet2DConfiguration(files.configuration)
    let checkpoint = try Checkpoint(files.weights)
    let weights = CheckpointWeights(
      checkpoint, storedNames: try storedNames(checkpoint), on: backend)
    let model = try backend.pool.lasting { try UNet2DModel(configuration, from: weights) }
    try weights.finish()
    return model
  }

  private static func loadOpenAI(
    _ files: DenoiserFiles, on backend: any ComputeBackend
  ) throws -> UNet2DModel {
    let flags = try OpenAIFlags(files.configuration)
    let checkpoint = try Checkpoint(files.weights)
    let storedNames = try checkpoint.storedNames()
    let configuration = try UNet2DConfiguration(
      flags, path: files.weights.path, shapes: storedNames.compactMapValues { checkpoint.shape($0) }
    )
    let weights = OpenAIWeights(
      checkpoint, storedNames: storedNames, configuration, flags, on: backend)
    let model = try backend.pool.lasting { try UNet2DModel(configuration, from: weights) }
    try weights.finish()
    return model
  }

  /// A network with PyTorch's initial distributions, the same on every backend.
  public convenience init(
    _ configuration: UNet2DConfiguration, seed: UInt64, on backend: any ComputeBackend
  ) {
    do {
      try self.init(configuration, from: RandomWeights(seed: seed, on: backend))
    } catch {
      preconditionFailure("UNet2DModel: random weights failed: \(error)")
    }
  }

  /// Writes the model as diffusers does; each file appears whole or not at all.
  ///
  /// - Parameter scheduler: the contents of `scheduler_config.json`, written beside the model.
  public func save(to folder: URL, scheduler: JSONValue? = nil) throws {
    try Directory.make(FileName(folder.path))
    try SafetensorsFile.write(
      storedTensors(), metadata: ["format": "pt"],
      to: folder.appendingPathComponent(DenoiserFiles.weightsName))
    try configuration.json.write(
      to: folder.appendingPathComponent(DenoiserFiles.configurationName))
    try scheduler?.write(to: folder.appendingPathComponent(DenoiserFiles.schedulerName))
  }

  /// The names of attention layers before diffusers 0.15.
  private static let oldNames = [
    ".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0.",
  ]

  /// The file's name of each tensor by its present one.
  private static func storedNames(_ checkpoint: Checkpoint) throws -> [String: String] {
    var result: [String: String] = [:]
    for (path, name) in try checkpoint.storedNames() {
      let old = oldNames.first { path.contains(".attentions.") && path.contains($0.key) }
      let present = old.map { path.replacingOccurrences(of: $0.key, with: $0.value) } ?? path
      if let other = result.updateValue(name, forKey: present) {
        throw CheckpointError.conflictingTensors(
          path: checkpoint.url.path, tensors: [other, name].sorted())
      }
    }
    return result
  }
}
