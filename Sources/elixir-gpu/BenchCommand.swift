import ArgumentParser

/// `elixir-gpu bench`: measures this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures speed on this machine.",
    subcommands: [BenchDenoiserCommand.self, BenchTrainingCommand.self])
}
