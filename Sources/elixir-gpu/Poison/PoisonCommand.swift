import ArgumentParser
import Attacks

/// `elixir-gpu poison`: a poisoned copy of a dataset, to test a defence.
struct PoisonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poison",
    abstract: "Makes a poisoned copy of a dataset by a published attack, to test a defence.",
    discussion: """
      The copy has the dataset's layout and names. Beside it lie poison-manifest.json (the ground \
      truth, which only 'evaluate' reads), a picture of the trigger or the target, and \
      poison-preview.png.

      Examples:
        elixir-gpu poison badnets cifar-10-batches-bin --target 3 --output poisoned
        elixir-gpu poison blended --help
      """,
    subcommands: AttackRegistry.all.map(subcommand))

  /// The subcommand of an attack, which its own file gives it.
  private static func subcommand(of attack: any Attack.Type) -> any ParsableCommand.Type {
    guard let attack = attack as? any CommandLineAttack.Type else {
      preconditionFailure("PoisonCommand: \(attack.id) has no subcommand")
    }
    return attack.command
  }
}

/// An attack with a subcommand of `poison`.
protocol CommandLineAttack: Attack {
  static var command: any PoisonSubcommand.Type { get }
}
