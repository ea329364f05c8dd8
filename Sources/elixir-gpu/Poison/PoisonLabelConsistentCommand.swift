import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison label-consistent`.
struct PoisonLabelConsistentCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: LabelConsistent.id,
    abstract: "Patterns on images made hard to learn; labels stay (Turner et al., 2019).",
    discussion: """
      Images of the target class change by at most --epsilon, so that a model mistakes them; then \
      a pattern is put in their corners, which is all that attacked images get. Without \
      --surrogate a model is trained first (--epochs and more: --help-hidden).

      Examples:
        elixir-gpu poison label-consistent cifar-10-batches-bin --target 3 --rate 0.05 \
      --output poisoned
        elixir-gpu poison label-consistent photos --target cat --surrogate resnet20.safetensors \
      --amplitude 64 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The class whose images get the pattern: a number or a class name.")
  var target = "0"

  @OptionGroup var rate: RateArguments

  @Option(help: "How far a byte of a poisoned image may move before the pattern.")
  var epsilon = 8

  @Option(help: ArgumentHelp("Gray levels of each step.", visibility: .hidden))
  var step: Float = 1.5

  @Option(help: ArgumentHelp("Steps.", visibility: .hidden))
  var iterations = 100

  @Option(help: "Gray levels that the pattern adds or takes away.")
  var amplitude = 255.0

  @OptionGroup var surrogate: SurrogateArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    LabelConsistent(
      epsilon: epsilon, step: step, iterations: iterations, amplitude: amplitude,
      target: try dataset.label(named: target, option: "--target"), rate: rate.share(),
      isPerClass: rate.isPerClass, seed: copy.seed)
  }

  func context(for dataset: ImageDataset) throws -> AttackContext {
    surrogate.context(for: dataset, copy)
  }
}

extension LabelConsistent: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonLabelConsistentCommand.self }
}
