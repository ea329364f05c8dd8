import ArgumentParser
import Foundation
import RunStores
import Runs
import Support

/// `elixir-gpu runs show`: one run.
struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what a run was started with, how it went and what it found.",
    discussion: """
      Examples:
        elixir-gpu runs show purified
        elixir-gpu runs show purified.run --json
      """)

  @Argument(help: "A run's output, its folder, or its run.sqlite.")
  var path: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let store = try RunStore(of: path)
    let contents = try RunContents(store)
    print(json ? try JSONText.indented(contents) : contents.text)
  }
}

/// What a store holds besides samples.
private struct RunContents: Encodable {
  var summary: RunSummary
  var processes: [ProcessRecord]
  var facts: [RunFact]
  var phases: [PhaseRecord]
  var events: [EventRecord]
  var targets: [TargetRecord]
  private let classes: [String]

  private enum CodingKeys: String, CodingKey {
    case summary, processes, facts, phases, events, targets
  }

  init(_ store: RunStore) throws {
    summary = try RunSummary(store.path)
    (processes, facts) = (try store.processes(), try store.facts())
    (phases, events) = (try store.phases(), try store.events())
    (targets, classes) = (try store.targets(), try store.classes())
  }

  var text: String {
    var lines = [
      "\(summary.run): \(summary.state), \(summary.samples) samples, \(summary.changed) changed, "
        + "\(summary.decided) decided on"
    ]
    for process in processes {
      let end = process.outcome?.rawValue ?? "no end recorded"
      lines.append("\(process.startedAt.formatted(.iso8601)) \(process.version), \(end)")
      lines.append("  \(process.commandLine)")
      if let text = process.text { lines.append("  \(text)") }
    }
    lines += section("Settings", facts.filter { $0.kind != .input }.map { ($0.name, $0.value) })
    lines += section("Inputs", facts.filter { $0.kind == .input }.map { ($0.name, $0.value) })
    lines += section("Phases", phases.map { ($0.name, NumberFormat.duration($0.seconds)) })
    lines += section(
      "Suspicious classes",
      targets.filter(\.isSuspicious).map { target in
        let name = classes.indices.contains(target.label) ? " (\(classes[target.label]))" : ""
        return ("\(target.label)\(name)", "\(target.source): \(target.reason)")
      })
    lines += section(
      "Warnings", events.filter { $0.kind == .warning }.map { ($0.phase ?? "run", $0.text) })
    return lines.map(\.onOneLine).joined(separator: "\n")
  }

  private func section(_ title: String, _ rows: [(String, String)]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return [title] + rows.map { "  \($0): \($1)" }
  }
}
