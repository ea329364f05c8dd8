import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison smooth`.
struct PoisonSmoothCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: Smooth.id,
    abstract: "A smooth random pattern that is added, and the attacker's label.",
    discussion: """
      The pattern is as smooth and strong as the low-frequency triggers of Zeng et al. (2021), but \
      drawn by --seed instead of trained; 'poison trigger-file' takes one of theirs.

      Examples:
        elixir-gpu poison smooth cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison smooth mnist/train --amplitude 80 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The greatest value of the pattern in gray levels; the least is 0.")
  var amplitude = 51.0

  @Option(help: "The standard deviation of the smoothing Gaussian in pixels.")
  var smoothness = 6.0

  @OptionGroup var labels: LabelArguments
  @OptionGroup var targets: TargetsArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    Smooth(
      amplitude: amplitude, smoothness: smoothness, labels: try targets.mapping(dataset, labels),
      selection: labels.selection(seed: copy.seed))
  }
}

extension Smooth: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonSmoothCommand.self }
}
