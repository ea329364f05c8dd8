import ArgumentParser
import Evaluation
import Runs
import Support

/// The options of `evaluate --suite`, and how a suite runs.
struct SuiteArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Try the attacks of this file against its methods (docs/methods.md).", valueName: "yaml"))
  var suite: String?

  @Option(
    help: ArgumentHelp(
      "With --suite: where to keep what is made, and the table.", valueName: "dir"))
  var output: String?

  @Flag(help: "With --suite: list the cells, and run none.")
  var dryRun = false

  func validate() throws {
    for (option, isGiven) in [("--output", output != nil), ("--dry-run", dryRun)]
    where isGiven && suite == nil { throw ValidationError("\(option) needs --suite.") }
    if suite != nil && output == nil && !dryRun {
      throw ValidationError("--suite needs --output, or --dry-run.")
    }
  }

  /// Runs the suite of a file.
  func run(_ path: String, device: DeviceArguments) throws {
    let suite = try SuiteFile(path)
    guard let output, !dryRun else {
      for cell in suite.cells { print(cell.name) }
      print("\(suite.cells.count) cells")
      return
    }
    try OutputLock.hold(output)
    let run = Run.onConsole(interrupted: "the same command goes on with the cells that are left")
    var failures = 0
    let finished = try SuiteRun(suite, in: output, device: device, run).cells { cell, error in
      failures += 1
      try run.warn("\(cell): \(ElixirCommand.line(for: error))")
    }
    try run.noteTimes()
    let table = SuiteTable(
      attacks: suite.attacks.map(\.name), methods: suite.methods.map(\.name),
      cells: finished.map(\.cell))
    try table.write(to: output)
    try table.writeReport(seconds: finished.map(\.seconds), to: output)
    print(table.markdown(), terminator: "")
    print("Written to \(output); see report.html there")
    if failures > 0 {
      print("\(failures) of \(suite.cells.count) cells failed; the same command tries them again")
      throw ExitCode.failure
    }
  }
}
