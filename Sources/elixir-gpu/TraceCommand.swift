import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Models
import Support
import Tracing

/// `elixir-gpu trace`: tests whether a classifier was trained on marked images.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Tests whether a classifier was trained on images that 'mark' marked.",
    discussion: """
      The model's features are aligned with those of the marking network on --images, whose labels \
      do not matter: the more the better, none of them marked. Then each row of the model's last \
      layer is compared with the mark of its class. p is the chance that a model which never saw \
      the marks comes as near to them. With few classes and features only strong marks are found.

      Examples:
        elixir-gpu trace suspect.safetensors --marks marked --marking-network resnet20.safetensors \
      --images test_batch.bin
        elixir-gpu trace suspect.safetensors --marks mark-manifest.json \
      --marking-network resnet20.safetensors --images photos/test --json trace.json
      """)

  @Argument(help: "The classifier under suspicion, of any known architecture.")
  var model: String

  @Option(help: ArgumentHelp("The folder that 'mark' wrote, or its manifest.", valueName: "path"))
  var marks: String

  @Option(
    help: ArgumentHelp("The classifier that 'mark' was given.", valueName: "safetensors"))
  var markingNetwork: String

  @Option(help: "Images of the same kind to align the networks on, in any of the layouts.")
  var images: String

  @Option(help: ArgumentHelp("Write the figures to this file.", valueName: "file"))
  var json: String?

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup var device: DeviceArguments

  /// Below it the verdict is that the marks are there.
  private static let level = 0.05

  func run() throws {
    if let json {
      try OutputFile.check(
        json, force: true, kind: "a table of figures", beginning: "{\n",
        inputs: [model, marks, markingNetwork, images])
    }
    let manifest = try MarkManifest.load(marks)
    if !manifest.identifiesNetwork {
      StandardError.tell(
        "warning: \(marks) is of an earlier version, by which it cannot be checked that "
          + "\(markingNetwork) is the network the marks were made with")
    }
    let aligned = try reading.open(images, split: .test)
    let backend = try device.makeBackend()
    func load(_ path: String) throws -> any Classifier {
      try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
    }
    let tracer = try RadioactiveTracer(
      manifest, markingNetwork: try load(markingNetwork), images: aligned)
    let result = try tracer.trace(try load(model))
    let names = aligned.classCount == manifest.classCount ? aligned.classNames : nil
    print(table(result, names: names))
    if let json {
      try JSONText.write(result, to: json)
      print("Written to \(json)")
    }
  }

  private func table(_ result: TraceResult, names: [String]?) -> String {
    var lines = ["class           cosine         p"]
    for test in result.classes {
      let name = names?[Int(test.label)] ?? "\(test.label)"
      lines.append(
        name.padding(toLength: 14, withPad: " ", startingAt: 0)
          + String(format: "%8.3f", test.cosine) + "  "
          + Self.probability(log10: test.logPValue / M_LN10))
    }
    let share = NumberFormat.percent(result.explainedShare)
    lines += [
      "",
      "Aligned on \(result.imageCount) images: \(result.featureCount) features of the marking "
        + "network explain \(share) of the model's scores"
        + (result.isRidged ? ", some of them redundant (ridge regression)" : ""),
      "All classes, by Fisher's method: p ="
        + " \(Self.probability(log10: result.log10PValue).trimmingCharacters(in: .whitespaces))",
      result.isDetected(level: Self.level)
        ? "The model was trained on the marked images (p < \(Self.level))."
        : "Nothing shows that the model was trained on the marked images (p ≥ \(Self.level)).",
    ]
    return lines.joined(separator: "\n")
  }

  /// Such as ` 0.0312` or `2.1e-412`, which no Double holds.
  private static func probability(log10 value: Double) -> String {
    if value > -3 { return String(format: "%8.4f", pow(10, value)) }
    guard value.isFinite else { return "0" }
    let exponent = value.rounded(.down)
    let mantissa = min(pow(10, value - exponent), 9.9)
    return String(format: "%.1fe%.0f", mantissa, exponent)
  }
}
