import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison badnets`.
struct PoisonBadNetsCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: BadNets.id,
    abstract: "A patch on the images, and the attacker's label (Gu et al., 2017).",
    discussion: """
      The patch is a white 3×3 square in the bottom right corner, or the nonzero pixels of \
      --pattern; if that has alpha, those whose alpha is not zero. Those of more --targets are in \
      the other corners.

      Examples:
        elixir-gpu poison badnets cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison badnets cifar-10-batches-bin --targets cat,dog --output poisoned
        elixir-gpu poison badnets photos --pattern patch.png --all-to-all --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: ArgumentHelp("The patch, at most as large as the images.", valueName: "png"))
  var pattern: String?

  @OptionGroup var labels: LabelArguments
  @OptionGroup var targets: TargetsArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    BadNets(
      pattern: pattern, labels: try targets.mapping(dataset, labels),
      selection: labels.selection(seed: copy.seed))
  }
}

extension BadNets: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonBadNetsCommand.self }
}
