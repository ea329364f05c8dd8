import ArgumentParser
import Devices
import Foundation
import Models

/// `elixir-gpu verify`: holds a network against outputs that PyTorch computed.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares a network's outputs with outputs exported from PyTorch.",
    discussion: """
      The fixture is a safetensors file: x, timesteps and expected for a denoiser, with y or
      class_labels if it knows classes; x, expected or logits, and optionally features for a
      classifier; images [N, C, H, W] as PyTorch writes them. The exit
      code is 1 if the greatest error exceeds the tolerance.

      Examples:
        elixir-gpu verify denoiser ddpm-cifar10-32 --fixture io.safetensors
        elixir-gpu verify classifier resnet18.safetensors --fixture io.safetensors --device opencl
      """,
    subcommands: [Denoiser.self, Classifier.self])

  /// What both kinds of network take.
  struct Arguments: ParsableArguments {
    @Option(help: ArgumentHelp("Inputs and expected outputs.", valueName: "safetensors"))
    var fixture: String

    @Option(help: "The greatest error allowed, in standard deviations of the expected output.")
    var tolerance = 1e-4

    @OptionGroup var device: DeviceArguments

    /// Prints one line; true if the deviation is within the tolerance.
    func report(_ label: String, _ deviation: Deviation) -> Bool {
      let passes = deviation.relative <= tolerance
      let figures = [
        "max error \(Self.text(deviation.maximum))", "mean error \(Self.text(deviation.mean))",
        "max error / standard deviation \(Self.text(deviation.relative))",
      ].joined(separator: ", ")
      let verdict =
        passes ? "≤ \(Self.text(tolerance)): passed" : "> \(Self.text(tolerance)): FAILED"
      print("\(label): \(figures) \(verdict)")
      return passes
    }

    private static func text(_ value: Double) -> String { String(format: "%.3g", value) }
  }

  struct Denoiser: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A diffusers UNet2DModel folder, or a network of OpenAI with its flags.")

    @Argument(help: "The model's folder.") var model: String
    @OptionGroup var arguments: Arguments

    func run() throws {
      let backend = try arguments.device.makeBackend()
      let network = try UNet2DModel.load(URL(filePath: model), on: backend)
      let deviation = try Verification.denoiser(
        network, fixture: URL(filePath: arguments.fixture), on: backend)
      guard arguments.report("output", deviation) else { throw ExitCode.failure }
    }
  }

  struct Classifier: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A classifier in a file of weights.")

    @Argument(help: "The model's file.") var model: String
    @OptionGroup var arguments: Arguments

    func run() throws {
      let backend = try arguments.device.makeBackend()
      let network = try ClassifierFile.load(URL(filePath: model), on: backend)
      let (logits, features) = try Verification.classifier(
        network, fixture: URL(filePath: arguments.fixture), on: backend)
      var passes = arguments.report("logits", logits)
      if let features { passes = arguments.report("features", features) && passes }
      guard passes else { throw ExitCode.failure }
    }
  }
}
