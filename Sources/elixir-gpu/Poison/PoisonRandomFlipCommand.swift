import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison random-flip`.
struct PoisonRandomFlipCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: RandomFlip.id,
    abstract: "Labels drawn at random among the others; images stay.",
    discussion: """
      Examples:
        elixir-gpu poison random-flip mnist/train --rate 0.2 --output poisoned
        elixir-gpu poison random-flip photos --rate-per-class 0.2 --seed 1 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments
  @OptionGroup var rate: RateArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    RandomFlip(selection: rate.selection(from: .attackable, seed: copy.seed))
  }
}

extension RandomFlip: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonRandomFlipCommand.self }
}
