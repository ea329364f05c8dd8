import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison input-aware`.
struct PoisonInputAwareCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: InputAware.id,
    abstract: "A trigger of its own for each image, the attacker's label (Nguyen and Tran, 2020).",
    discussion: """
      A generator of triggers is trained together with a model (minutes; a command that was \
      stopped goes on when it is repeated), and lies beside the copy for 'evaluate'. Other images, \
      the covers, have another image's trigger and keep their labels.

      Examples:
        elixir-gpu poison input-aware mnist/train --target 3 --output poisoned
        elixir-gpu poison input-aware photos --all-to-all --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The share of an image's pixels that a trigger may change.")
  var maskDensity = 0.032

  @Option(
    help: ArgumentHelp(
      "The share of a training batch that has triggers.", visibility: .hidden))
  var attackShare = 0.25

  @Option(help: ArgumentHelp("The share of covers (default: --rate).", valueName: "share"))
  var coverRate: Double?

  @OptionGroup var labels: LabelArguments

  @OptionGroup var training: TriggerTrainingArguments

  @OptionGroup var model: AttackerModelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack { try inputAware(dataset) }

  func context(for dataset: ImageDataset) throws -> AttackContext {
    try training.context(for: try inputAware(dataset), on: dataset, copy, classifier: model)
  }

  private func inputAware(_ dataset: ImageDataset) throws -> InputAware {
    InputAware(
      width: training.width, maskDensity: maskDensity, attackShare: attackShare,
      coverRate: coverRate ?? labels.rate, labels: try labels.mapping(dataset),
      selection: labels.selection(seed: copy.seed))
  }
}

extension InputAware: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonInputAwareCommand.self }
}
