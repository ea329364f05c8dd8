import Checkpoints
import Diffusion
import Foundation
import Models
import Pickles
import Support

extension Reader {
  static var models: [Reader] {
    [
      checkpoint("safetensors", "model.safetensors"),
      checkpoint("torch", "model.pt"),
      checkpoint("index", "model.safetensors.index.json"),
      Reader(name: "pickle") { input, _ in _ = try Pickle.read(input, path: "input") },
      Reader(name: "configuration") { input, workspace in
        let folder = try workspace.files(["config.json"], of: input)
        _ = try UNet2DConfiguration(URL(fileURLWithPath: folder + "/config.json")).json
      },
      Reader(name: "scheduler") { input, workspace in
        let folder = try workspace.files(["scheduler_config.json"], of: input)
        let reader = try ConfigurationReader(
          URL(fileURLWithPath: folder + "/scheduler_config.json"))
        _ = try NoiseSchedule(reader).configuration()
      },
    ]
  }

  /// A file of tensors: all of them read, and what they are a model of.
  private static func checkpoint(_ reader: String, _ name: String) -> Reader {
    Reader(name: reader) { input, workspace in
      let folder = try workspace.files([name], of: input)
      let url = URL(fileURLWithPath: folder + "/" + name)
      let checkpoint = try Checkpoint(url)
      for name in checkpoint.names.prefix(16) {
        let count = checkpoint.shape(name)?.reduce(1, *) ?? 0
        let values = try? checkpoint.floats(name)
        precondition(values.map { $0.count == count } ?? true, "a tensor of another size")
      }
      _ = try checkpoint.storedNames()
      _ = try ClassifierFile.statesNormalization(url)
    }
  }
}
