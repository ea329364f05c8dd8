import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison lira`.
struct PoisonLIRACommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: LIRA.id,
    abstract: "A learned invisible change, and the attacker's label (Doan et al., 2021).",
    discussion: """
      What changes images is trained together with a model (minutes; a command that was stopped \
      goes on when it is repeated), and lies beside the copy for 'evaluate'.

      Examples:
        elixir-gpu poison lira cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison lira photos --epsilon 5 --epochs 50 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "How far a byte of an image may move.")
  var epsilon = 12.0

  @Option(
    help: ArgumentHelp(
      "The weight of images without trigger in the training.", visibility: .hidden))
  var cleanShare = 0.5

  @OptionGroup var labels: LabelArguments

  @OptionGroup var training: TriggerTrainingArguments

  @OptionGroup var model: AttackerModelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack { try lira(dataset) }

  func context(for dataset: ImageDataset) throws -> AttackContext {
    try training.context(for: try lira(dataset), on: dataset, copy, classifier: model)
  }

  private func lira(_ dataset: ImageDataset) throws -> LIRA {
    LIRA(
      width: training.width, epsilon: epsilon, cleanShare: cleanShare,
      labels: try labels.mapping(dataset), selection: labels.selection(seed: copy.seed))
  }
}

extension LIRA: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonLIRACommand.self }
}
