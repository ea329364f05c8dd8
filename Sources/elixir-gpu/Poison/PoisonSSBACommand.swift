import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison ssba`.
struct PoisonSSBACommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: SSBA.id,
    abstract: "Secret bits written into images, and the attacker's label (Li et al., 2021).",
    discussion: """
      An encoder learns to hide random bits in the dataset's images, and a decoder to read them \
      (minutes; a command that was stopped goes on when it is repeated). All triggers hide the \
      same bits, and no two look alike. The encoder lies beside the copy for 'evaluate'.

      Examples:
        elixir-gpu poison ssba cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison ssba photos --bits 8 --residual-weight 30 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The number of bits.")
  var bits = 20

  @Option(help: "What a change of the image costs in the training; more hides it better.")
  var residualWeight = 10.0

  @OptionGroup var labels: LabelArguments

  @OptionGroup var training: TriggerTrainingArguments

  func attack(on dataset: ImageDataset) throws -> any Attack { try ssba(dataset) }

  func context(for dataset: ImageDataset) throws -> AttackContext {
    try training.context(for: try ssba(dataset), on: dataset, copy)
  }

  private func ssba(_ dataset: ImageDataset) throws -> SSBA {
    SSBA(
      width: training.width, bits: bits, residualWeight: residualWeight,
      labels: try labels.mapping(dataset), selection: labels.selection(seed: copy.seed))
  }
}

extension SSBA: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonSSBACommand.self }
}
