import ArgumentParser
import RunStores
import Support

/// `elixir-gpu runs export`: a view of a run's store as a file.
struct RunsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a table of a run's record as CSV or JSON.",
    discussion: """
      Tables: \(RunView.allCases.map(\.rawValue).joined(separator: ", ")). In CSV, cells that a \
      spreadsheet would take for a formula begin with an apostrophe, and missing values are empty.

      Examples:
        elixir-gpu runs export purified --output samples.csv
        elixir-gpu runs export purified --view decisions --output decisions.json
      """)

  @Argument(help: "A run's output, its folder, or its run.sqlite.")
  var path: String

  @Option(help: "The table.")
  var view = RunView.samples

  @Option(help: ArgumentHelp("The file to write: .csv or .json.", valueName: "file"))
  var output: String

  @Flag(help: "Replace an existing file.")
  var force = false

  func validate() throws {
    guard ["csv", "json"].contains(FileName(output).kind) else {
      throw ValidationError("--output \(output): use a name that ends in .csv or .json.")
    }
  }

  func run() throws {
    let store = try RunStore(of: path)
    try OutputFile.check(output, force: force, inputs: [store.path])
    try OutputLock.hold(output)
    let columns = try store.columns(of: view)
    var count = 0
    if FileName(output).kind == "csv" {
      let file = try CSVFile(output, columns: columns)
      try store.forEachRow(of: view) { row in
        try file.append(row.map(\.description))
        count += 1
      }
      try file.close()
    } else {
      var rows: [[String: RunValue]] = []
      try store.forEachRow(of: view) { row in
        rows.append(Dictionary(uniqueKeysWithValues: zip(columns, row)))
      }
      try JSONText.write(rows, to: output)
      count = rows.count
    }
    print("\(output): \(count) rows of \(view.rawValue)")
  }
}

extension RunView: ExpressibleByArgument {}
