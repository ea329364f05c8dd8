import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison adaptive-patch`.
struct PoisonAdaptivePatchCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: AdaptivePatch.id,
    abstract: "One of four faint patches on poisons and covers (Qi et al., 2023).",
    discussion: """
      The patches are random colors, one in each corner, of weights 0.5, 0.5, 0.3 and 0.2. Covers \
      keep their labels; test images get several patches. The rates are meant for 50,000 \
      images; small datasets need higher ones.

      Examples:
        elixir-gpu poison adaptive-patch cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison adaptive-patch data_batch_1.bin --rate 0.01 --cover-rate 0.02 \
      --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The patches' side in pixels (default: a quarter of the images').")
  var side: Int?

  @Option(help: "How many patches test images get, 2 to 4.")
  var testPatches = 2

  @Option(help: "The weight of patches on test images, above 0 and at most 1.")
  var testOpacity = 1.0

  @Option(help: "The share of all images that are covers.")
  var coverRate = 0.006

  @OptionGroup var labels: LabelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    AdaptivePatch(
      side: side, testPatches: testPatches, testOpacity: testOpacity, coverRate: coverRate,
      labels: try labels.mapping(dataset),
      selection: labels.selection(seed: copy.seed, usualRate: 0.003))
  }
}

extension AdaptivePatch: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonAdaptivePatchCommand.self }
}
