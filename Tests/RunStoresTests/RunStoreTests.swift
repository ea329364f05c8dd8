import Foundation
import GRDB
import Runs
import RunStores
import Support
import TestSupport
import Testing

@Suite struct RunStoreTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/run.sqlite" }
  private static let origin = RunOrigin(
    commandLine: "elixir-gpu purify x", version: "elixir-gpu 1", machine: "m")

  init() throws { folder = try TemporaryFolder() }

  private func sample(_ number: Int, doubt: Double? = nil) -> SampleRecord {
    var record = SampleRecord(
      sample: number, name: "\(number).png", oldLabel: number % 3, newLabel: number % 3,
      purifiedName: "\(number).png")
    record.doubt = doubt
    return record
  }

  /// What a run tells is there for whoever reads, phase by phase and process by process.
  @Test func keepsWhatARunTells() throws {
    for process in 0..<2 {
      let run = Run(recorder: { try RunStore($0, .run(Self.origin)) })
      try run.warn("before the folder is opened")
      let output = folder.path + "/out"
      let opened = try RunFolder(
        output: output, identity: ["seed": "7", "dataset": "abc", "device": "cpu"], force: false)
      #expect(opened.isResumed == (process == 1))
      try run.startRecording(in: opened)
      try run.measure("candidates") { try run.warn("weak denoiser") }
      run.add(.seconds(2), to: "candidates")
      try run.note("done")
      struct Stop: Error {}
      guard process == 0 else {
        try run.endRecording()
        continue
      }
      #expect(throws: Stop.self) {
        try run.recordingEnd {
          run.handler = { _ in throw Stop() }
          try run.status("candidates", "1 of 2")
        }
      }
    }
    let store = try RunStore(of: folder.path + "/out")
    #expect(
      try store.facts() == [
        RunFact(.input, "dataset", "abc"), RunFact(.parameter, "seed", "7"),
        RunFact(.run, "device", "cpu"), RunFact(.run, "run format", "2"),
      ])
    let processes = try store.processes()
    #expect(processes.map(\.outcome) == [.interrupted, .complete])
    #expect(processes.map(\.commandLine) == [Self.origin.commandLine, Self.origin.commandLine])
    #expect(processes.allSatisfy { $0.endedAt != nil })
    let phases = try store.phases()
    #expect(phases.map(\.name) == ["candidates"] && phases[0].processes == 2)
    #expect(phases[0].seconds >= 4 && phases[0].seconds < 5)
    let events = try store.events()
    #expect(events.map(\.kind) == [.warning, .warning, .note, .warning, .warning, .note])
    #expect(events.map(\.phase) == [nil, "candidates", nil, nil, "candidates", nil])
  }

  /// A process that never ends its connection leaves what its last transaction had.
  @Test func whatIsWrittenIsThereAtOnce() throws {
    let store = try RunStore(path, .run(Self.origin))
    try store.record((0..<5).map { sample($0) })
    do {
      let reader = try RunStore(path, .reading)
      #expect(try reader.count() == 5)
      #expect(try reader.processes().map(\.outcome) == [nil])
    }
    try store.close()
    #expect(try folder.entries() == ["run.sqlite"])
  }

  @Test func samplesComeInTheOrderAskedFor() throws {
    let store = try RunStore(path, .run(Self.origin))
    try store.record(classes: ["a", "b", "c"])
    try store.record([
      sample(0), sample(1, doubt: 0.5), sample(2, doubt: 0.9), sample(3, doubt: 0.5),
    ])
    var left = sample(4)
    left.purifiedName = nil
    try store.record([left])
    #expect(try store.samples(SampleQuery(order: .doubt)).map(\.sample) == [2, 1, 3, 0, 4])
    #expect(
      try store.samples(SampleQuery(order: .doubt, offset: 1, limit: 2)).map(\.sample) == [1, 3])
    #expect(try store.samples(SampleQuery(label: 1)).map(\.sample) == [1, 4])
    #expect(try store.samples(SampleQuery(changed: true)).map(\.sample) == [4])
    #expect(try store.sample(2)?.doubt == 0.9)
    #expect(try store.sample(5) == nil)
    // A repetition replaces what was there.
    try store.record([sample(4)])
    #expect(try store.count(SampleQuery(changed: true)) == 0)
  }

  /// The columns that `docs/run-store.md` names, which others read.
  @Test func viewsStayAsTheyAre() throws {
    let store = try RunStore(path, .run(Self.origin))
    #expect(
      try store.columns(of: .samples) == [
        "sample", "name", "oldLabel", "newLabel", "purifiedName", "verdict", "evidence",
        "candidateLabels", "doubt", "candidate", "distance", "pixelsChanged", "greatestChange",
        "meanChange",
      ])
    #expect(
      try store.columns(of: .targets) == [
        "label", "name", "source", "isSuspicious", "reason", "figures",
      ])
    #expect(try store.columns(of: .phases) == ["name", "seconds", "processes"])
    #expect(
      try store.columns(of: .decisions) == [
        "decision", "step", "sample", "name", "kind", "label", "decidedAt", "undoneAt",
      ])
    let database = try DatabaseQueue(path: path)
    #expect(try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 1)
  }

  @Test func refusesForeignFiles() throws {
    let other = folder.path + "/other.sqlite"
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE x (y)") }
    #expect(throws: RunStoreError.refused(path: other, reason: "it was not made by elixir-gpu")) {
      try RunStore(other, .reading)
    }
    try folder.write(Array("this is no database at all, but as long as a header".utf8), to: "text")
    #expect(throws: RunStoreError.self) { try RunStore(folder.path + "/text", .reading) }
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: other)
    for access in [RunStore.Access.run(Self.origin), .review, .reading] {
      #expect(throws: RunStoreError.refused(path: link, reason: "it is no regular file")) {
        try RunStore(link, access)
      }
    }
    #expect(throws: RunStoreError.missing(path: folder.path + "/none")) {
      try RunStore(of: folder.path + "/none")
    }
  }

  @Test func isPrivate() throws {
    _ = try RunStore(path, .run(Self.origin))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func differencesAreThoseOfSettingsAndSamples() throws {
    let (first, second) = try (
      RunStore(path, .run(Self.origin)), RunStore(folder.path + "/2", .run(Self.origin))
    )
    try first.record([RunFact(.parameter, "seed", "1"), RunFact(.parameter, "rounds", "3")])
    try second.record([RunFact(.parameter, "seed", "2"), RunFact(.parameter, "rounds", "3")])
    for store in [first, second] { try store.record((0..<5000).map { sample($0) }) }
    var changed = sample(4500)
    changed.newLabel = 2
    try second.record([changed])
    let difference = try RunDifference(first, second)
    #expect(difference.facts.map(\.name) == ["seed"] && difference.facts[0].second == "2")
    #expect(difference.samples.map(\.sample) == [4500] && difference.sampleCount == 1)
    #expect(difference.samples[0].second?.newLabel == 2)
    #expect(try RunDifference(first, first).isEmpty)
  }
}
