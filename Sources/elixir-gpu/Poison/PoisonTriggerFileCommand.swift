import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison trigger-file`.
struct PoisonTriggerFileCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: TriggerFile.id,
    abstract: "The trigger of a .npy or PNG file, such as Narcissus's or LF's.",
    discussion: """
      Arrays have the images' shape: rows, columns, channels, or channels first. Numbers that are \
      no integers and at most 1 are multiplied by 255, which is said; --scale decides otherwise: \
      Narcissus's file counts in halves of the range, 127.5 gray levels each.

      Examples:
        elixir-gpu poison trigger-file cifar-10-batches-bin --trigger lf.npy --output poisoned
        elixir-gpu poison trigger-file cifar-10-batches-bin --trigger narcissus.npy --scale 127.5 \
      --clean-label --target 2 --rate-per-class 0.1 --test-amplification 3 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: ArgumentHelp("The trigger, of the images' size.", valueName: "file"))
  var trigger: String

  @Option(help: "What it does to pixels: add, or replace those where it is not zero.")
  var mode = TriggerFile.Mode.add

  @Option(help: "What its numbers are multiplied by to be gray levels (default: see above).")
  var scale: Double?

  @Flag(help: "Poison images of the target class alone, whose labels stay.")
  var cleanLabel = false

  @Option(help: "How much stronger it is on test images.")
  var testAmplification = 1.0

  @OptionGroup var labels: LabelArguments

  func validate() throws {
    if cleanLabel && (labels.allToAll || labels.includeTarget) {
      throw ValidationError(
        "--clean-label excludes --all-to-all and --include-target: it poisons one class.")
    }
  }

  func attack(on dataset: ImageDataset) throws -> any Attack {
    TriggerFile(
      file: trigger, mode: mode, scale: scale, testAmplification: testAmplification,
      labels: try labels.mapping(dataset),
      selection: cleanLabel
        ? labels.rates.selection(from: .target, seed: copy.seed)
        : labels.selection(seed: copy.seed))
  }
}

extension TriggerFile: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonTriggerFileCommand.self }
}

extension TriggerFile.Mode: ExpressibleByArgument {}
