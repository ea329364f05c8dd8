import ArgumentParser

/// `elixir-gpu runs`: what runs have recorded.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Lists, shows, compares and exports what runs have recorded.",
    discussion: """
      Each run keeps a database, run.sqlite, in OUT.partial while it goes on and in OUT.run \
      afterwards: what it was started with, its phases and warnings, what it found of each sample, \
      and what a person decided. Any program that reads SQLite can open it.

      Examples:
        elixir-gpu runs list .
        elixir-gpu runs show purified
        elixir-gpu runs diff purified purified-2
        elixir-gpu runs export purified --view samples --output samples.csv
      """,
    subcommands: [
      RunsListCommand.self, RunsShowCommand.self, RunsDiffCommand.self, RunsExportCommand.self,
    ])
}
