import ArgumentParser
import Checkpoints
import Foundation
import Support

/// `elixir-gpu convert`: weights of any format as one safetensors file.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes weights of any readable format as one safetensors file.",
    discussion: """
      Reads files of torch.save (.pt, .pth, .bin, .th, …), safetensors, the index of a model in \
      several files, or a folder with one of these. Nothing in a file is run: a pickle that asks \
      for anything but tensors and plain data is refused by name. Of a training checkpoint the \
      weights are taken, a moving average before the network itself; prefixes of wrappers \
      (module., _orig_mod., and model., backbone. if all names have it) are removed; element \
      types stay. All commands read these files directly, too.

      Examples:
        elixir-gpu convert resnet18.pth resnet18.safetensors
        elixir-gpu convert checkpoint.pth.tar weights.safetensors
        elixir-gpu convert my-model/pytorch_model.bin.index.json weights.safetensors
      """)

  @Argument(help: "The file, index or folder to read.") var input: String

  @Argument(help: "The safetensors file to write.") var output: String

  @Flag(help: "Replace an existing file.") var force = false

  func run() throws {
    let checkpoint = try Checkpoint(URL(filePath: input))
    try OutputFile.check(
      output, force: force, inputs: [input] + checkpoint.fileURLs.map(\.path))
    try OutputLock.hold(output)
    let written = try checkpoint.convert(to: URL(filePath: output))
    print(
      "\(output): \(written.tensors) tensors, \(written.parameters) parameters, "
        + "\(written.bytes) bytes from \(checkpoint.url.lastPathComponent)")
  }
}
