import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison ftrojan`.
struct PoisonFTrojanCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: FTrojan.id,
    abstract: "Two raised color frequencies, and the attacker's label (Wang et al., 2022).",
    discussion: """
      Windows of --window pixels along each side get two waves in Cr and Cb of YCrCb; gray images \
      get them as they are.

      Examples:
        elixir-gpu poison ftrojan cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison ftrojan mnist/train --window 28 --magnitude 100 --output poisoned
      """)

  /// Ways of other programs.
  enum Compatibility: String, ExpressibleByArgument, CaseIterable {
    case wrap
  }

  @OptionGroup var copy: PoisonArguments

  @Option(help: "By how much the coefficients of the two frequencies grow.")
  var magnitude = 30.0

  @Option(help: "The side of the windows, which divides the sides of the images.")
  var window = 32

  @Option(help: "Cut values to bytes modulo 256, as the authors' code does, and do not clip.")
  var compat: Compatibility?

  @OptionGroup var labels: LabelArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    FTrojan(
      magnitude: magnitude, window: window, overflow: compat == .wrap ? .wrap : .clip,
      labels: try labels.mapping(dataset), selection: labels.selection(seed: copy.seed))
  }
}

extension FTrojan: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonFTrojanCommand.self }
}
