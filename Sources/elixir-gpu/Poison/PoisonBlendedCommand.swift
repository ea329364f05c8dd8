import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison blended`.
struct PoisonBlendedCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: Blended.id,
    abstract: "A picture that shines through, and the attacker's label (Chen et al., 2017).",
    discussion: """
      The picture is random bytes, or --pattern resized to the images.

      Examples:
        elixir-gpu poison blended mnist/train --rate 0.05 --output poisoned
        elixir-gpu poison blended photos --pattern kitten.png --alpha 0.1 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: ArgumentHelp("The picture to blend in.", valueName: "png"))
  var pattern: String?

  @Option(help: "The weight of the picture, above 0 and at most 1.")
  var alpha = 0.2

  @OptionGroup var labels: LabelArguments
  @OptionGroup var targets: TargetsArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    Blended(
      pattern: pattern, alpha: alpha, labels: try targets.mapping(dataset, labels),
      selection: labels.selection(seed: copy.seed))
  }
}

extension Blended: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonBlendedCommand.self }
}
