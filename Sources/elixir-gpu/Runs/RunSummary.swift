import Foundation
import RunStores
import Runs
import Support

/// A run in a line.
struct RunSummary: Encodable {
  /// The store's folder, or its path.
  var run: String
  var method: String?
  /// `complete`, `interrupted`, `failed`, or `unfinished` of one that goes on or was killed.
  var state: String
  var startedAt: Date?
  var seconds: Double
  var samples: Int
  /// Samples whose label or image changed, or that were left out.
  var changed: Int
  var decided: Int
  /// What a purification amounts to.
  var outcome: String?

  init(_ path: String) throws {
    let store = try RunStore(path, .reading)
    let folder = FileName(path).parent.description
    run = folder
    let facts = try store.facts()
    method = facts.first { $0.kind == .run && $0.name == "method" }?.value
    outcome = facts.first { $0.kind == .run && $0.name == "outcome" }?.value
    let processes = try store.processes()
    state = processes.last?.outcome?.rawValue ?? "unfinished"
    // Killed after the output was complete, before that was recorded.
    if state == "unfinished", folder.hasSuffix(".run") { state = RunOutcome.complete.rawValue }
    startedAt = processes.first?.startedAt
    // A phase's parts are not added to it, but it cannot be told which are parts: the greatest
    // share of the clock's time is that of the processes.
    seconds = processes.reduce(0) { $0 + ($1.endedAt?.timeIntervalSince($1.startedAt) ?? 0) }
    samples = try store.count()
    changed = try store.count(SampleQuery(changed: true))
    decided = try store.standingDecisions().count
  }

  static let heading = [
    "run", "started", "time", "samples", "changed", "decided", "state", "method", "outcome",
  ]

  var row: [String] {
    [
      run, startedAt.map { String($0.formatted(.iso8601).prefix(16)) } ?? "",
      NumberFormat.duration(seconds), "\(samples)", "\(changed)", "\(decided)", state, method ?? "",
      outcome ?? "",
    ]
  }
}
