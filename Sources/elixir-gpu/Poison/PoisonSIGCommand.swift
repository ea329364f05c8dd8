import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison sig`.
struct PoisonSIGCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: SIG.id,
    abstract: "A wave over images of the target class; labels stay (Barni et al., 2019).",
    discussion: """
      Examples:
        elixir-gpu poison sig cifar-10-batches-bin --target 3 --rate 0.05 --output poisoned
        elixir-gpu poison sig photos --target cat --rate-per-class 0.5 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The class whose images get the wave: a number or a class name.")
  var target = "0"

  @OptionGroup var rate: RateArguments

  @Option(help: "The height of the wave in gray levels.")
  var amplitude = 40.0

  @Option(help: "Periods across the width.")
  var frequency = 6.0

  func attack(on dataset: ImageDataset) throws -> any Attack {
    SIG(
      amplitude: amplitude, frequency: frequency,
      target: try dataset.label(named: target, option: "--target"), rate: rate.share(),
      isPerClass: rate.isPerClass, seed: copy.seed)
  }
}

extension SIG: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonSIGCommand.self }
}
