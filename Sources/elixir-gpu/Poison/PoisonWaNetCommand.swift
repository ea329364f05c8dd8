import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison wanet`.
struct PoisonWaNetCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: WaNet.id,
    abstract: "A smooth warp, and the attacker's label (Nguyen and Tran, 2021).",
    discussion: """
      Other images, the covers, are warped with noise and keep their labels, so that a model \
      learns this warp and no other.

      Examples:
        elixir-gpu poison wanet cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison wanet photos --all-to-all --cover-rate 0 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "Points along each side at which the warp is drawn.")
  var points = 4

  @Option(help: "How far pixels move on average, in half pixels.")
  var strength = 0.5

  @Option(
    help: ArgumentHelp("The share of covers (default: twice --rate).", valueName: "share"))
  var coverRate: Double?

  @OptionGroup var labels: LabelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    WaNet(
      points: points, strength: strength, coverRate: coverRate ?? 2 * labels.rate,
      labels: try labels.mapping(dataset), selection: labels.selection(seed: copy.seed))
  }
}

extension WaNet: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonWaNetCommand.self }
}
