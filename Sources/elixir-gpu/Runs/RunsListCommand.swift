import ArgumentParser
import Foundation
import RunStores
import Support

/// `elixir-gpu runs list`: the runs in folders, a line for each.
struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the runs in folders.",
    discussion: """
      A folder is searched for OUT.run and OUT.partial, but not the folders in it; a run itself \
      may be named, too. Runs that cannot be read are named on standard error, and the exit code \
      is 1.

      Examples:
        elixir-gpu runs list .
        elixir-gpu runs list experiments purified --json
      """)

  @Argument(help: "Folders, runs or their outputs.")
  var folders: [String] = ["."]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var runs: [RunSummary] = []
    var failed = false
    for path in try folders.flatMap(Self.stores) {
      do {
        runs.append(try RunSummary(path))
      } catch let error as RunStoreError {
        failed = true
        StandardError.tell("error: \(error)")
      }
    }
    if json {
      print(try JSONText.indented(runs))
    } else if runs.isEmpty {
      print("No runs")
    } else {
      print(TextTable(rows: [RunSummary.heading] + runs.map { $0.row.map { $0.onOneLine } }).text)
    }
    if failed { throw ExitCode.failure }
  }

  /// The stores that a path leads to: its own, or those of the runs in it.
  private static func stores(_ path: String) throws -> [String] {
    if let own = try? RunStore.path(of: path) { return [own] }
    guard Directory.kind(FileName(path)) == .directory else {
      throw RunStoreError.missing(path: path)
    }
    return try Directory.entries(FileName(path)).compactMap { name in
      guard ["run", "partial"].contains(name.kind) else { return nil }
      let file = (path == "." ? name : FileName(path) / name) / FileName(RunStore.fileName)
      return Directory.kind(file) == .file ? file.systemPath : nil
    }
  }
}

extension String {
  /// With what could steer a terminal made visible, line ends, too.
  var onOneLine: String {
    forTerminal().replacingOccurrences(of: "\n", with: "\\n")
  }
}
