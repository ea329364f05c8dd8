import ArgumentParser
import Purification

/// `elixir-gpu report`: the page of a purification, made anew.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Makes the report page of a purified dataset anew.",
    discussion: """
      Reads report.json, purified.csv, timings.json and the pictures in an output of 'purify', \
      and writes report.html beside them.

      Example:
        elixir-gpu report purified
      """)

  @Argument(help: ArgumentHelp("An output of 'purify'.", valueName: "dir"))
  var folder: String

  func run() throws {
    try PurificationReports.rebuildPage(of: folder)
    print("Written to \(folder)/report.html")
  }
}
