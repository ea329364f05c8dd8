import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison targeted-flip`.
struct PoisonTargetedFlipCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: TargetedFlip.id,
    abstract: "Labels of one class become those of another; images stay.",
    discussion: """
      Examples:
        elixir-gpu poison targeted-flip data_batch_1.bin --source cat --target dog \
      --output poisoned
        elixir-gpu poison targeted-flip mnist/train --source 3 --target 5 --rate 0.3 \
      --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The class whose images get another label: a number or a class name.")
  var source: String

  @Option(help: "The label that they get: a number or a class name.")
  var target: String

  @Option(help: "The share of the source's images that is poisoned.")
  var rate = 0.1667

  func attack(on dataset: ImageDataset) throws -> any Attack {
    TargetedFlip(
      source: try dataset.label(named: source, option: "--source"),
      target: try dataset.label(named: target, option: "--target"), rate: rate, seed: copy.seed)
  }
}

extension TargetedFlip: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonTargetedFlipCommand.self }
}
