import ArgumentParser

/// `elixir-gpu bench`: measures this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures speed on this machine.",
    subcommands: [
      BenchOperationsCommand.self, BenchDenoiserCommand.self, BenchChainCommand.self,
      BenchClassifierCommand.self, BenchTrainingCommand.self,
    ])
}
