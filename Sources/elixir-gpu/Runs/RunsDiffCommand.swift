import ArgumentParser
import RunStores
import Runs
import Support

/// `elixir-gpu runs diff`: in what two runs differ.
struct RunsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows in what two runs differ: settings, inputs and what became of samples.",
    discussion: """
      The exit code is 0 if settings, inputs and samples are equal, 3 if not. Times and texts are \
      not compared, nor decisions of a person.

      Examples:
        elixir-gpu runs diff purified purified-2
        elixir-gpu runs diff purified purified-2 --json
      """)

  @Argument(help: "A run's output, its folder, or its run.sqlite.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  @Option(help: "Name so many samples at most (0: all).")
  var limit = 20

  @Flag(help: "Print JSON.")
  var json = false

  /// The exit code of runs that differ.
  static let different: Int32 = 3

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit \(limit): use 0 or more.") }
  }

  func run() throws {
    var difference = try RunDifference(RunStore(of: first), RunStore(of: second))
    let isEmpty = difference.isEmpty
    if limit > 0 { difference.samples = Array(difference.samples.prefix(limit)) }
    print(json ? try JSONText.indented(difference) : difference.text)
    if !isEmpty { throw ExitCode(Self.different) }
  }
}
