import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison adaptive-blend`.
struct PoisonAdaptiveBlendCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: AdaptiveBlend.id,
    abstract: "A random half of a picture on poisons and covers (Qi et al., 2023).",
    discussion: """
      Covers keep their labels, so that a model trusts the whole picture alone, which test images \
      get. The rates are meant for 50,000 images; small datasets need higher ones.

      Examples:
        elixir-gpu poison adaptive-blend cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison adaptive-blend data_batch_1.bin --rate 0.01 --cover-rate 0.01 \
      --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: ArgumentHelp("The picture (default: random bytes).", valueName: "png"))
  var pattern: String?

  @Option(help: "Its weight in poisons and covers, above 0 and at most 1.")
  var alpha = 0.15

  @Option(help: "Its weight in test images.")
  var testAlpha = 0.2

  @Option(help: "Pieces of the picture along each side.")
  var pieces = 4

  @Option(help: "The share of the pieces that a poison or a cover gets.")
  var share = 0.5

  @Option(help: "The share of all images that are covers.")
  var coverRate = 0.003

  @OptionGroup var labels: LabelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    AdaptiveBlend(
      pattern: pattern, alpha: alpha, testAlpha: testAlpha, pieces: pieces, share: share,
      coverRate: coverRate, labels: try labels.mapping(dataset),
      selection: labels.selection(seed: copy.seed, usualRate: 0.003))
  }
}

extension AdaptiveBlend: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonAdaptiveBlendCommand.self }
}
