import Foundation
import Runs
import TestSupport
import Testing

@Suite struct RunTests {
  @Test func tellsWhatIsDoneFromWhereAnEarlierProcessStopped() throws {
    var told: [RunEvent] = []
    let run = Run { told.append($0) }
    let count = try run.count("candidates", of: 10, done: 4)
    try count(9.5)
    try count(10, remark: "loss 0.5")
    try run.status("model", "step 1", isLast: true)
    let progress = told.compactMap { event -> RunProgress? in
      if case .progress(let progress) = event { progress } else { nil }
    }
    #expect(progress.map(\.done) == [4, 9.5, 10])
    #expect(progress.map(\.remark) == ["", "", "loss 0.5"])
    #expect(progress.map(\.isLast) == [false, false, true])
    #expect(told.last == .status(phase: "model", text: "step 1", isLast: true))
  }

  @Test func aWatcherStopsTheRun() {
    struct Stop: Error {}
    let run = Run { _ in throw Stop() }
    #expect(throws: Stop.self) { try run.count("candidates", of: 10) }
  }

  @Test func timesOfPhasesAreAddedUpInOrder() {
    let run = Run()
    #expect(run.measure("a") { 7 } == 7)
    run.add(.seconds(3), to: "a: part")
    run.add(.milliseconds(200), to: "b")
    run.add(.seconds(62), to: "a: part")
    #expect(run.timings.seconds.map(\.name) == ["a", "a: part", "b"])
    #expect(run.timings.seconds[1].seconds == 65)
    #expect(run.timings.summary == "a: part 1 min 05 s")
  }
}

@Suite struct RunFolderTests {
  private let folder: TemporaryFolder
  private var output: String { folder.path + "/out" }

  init() throws { folder = try TemporaryFolder() }

  private func open(_ identity: [String: String], force: Bool = false) throws -> RunFolder {
    try RunFolder(output: output, identity: identity, force: force)
  }

  @Test func resumesTheSameRunOnly() throws {
    do {
      let first = try open(["seed": "1"])
      #expect(!first.isResumed)
      try folder.write([1], to: "out.partial/kept")
    }
    do { #expect(try open(["seed": "1"]).isResumed) }
    #expect {
      try open(["seed": "2"])
    } throws: { "\($0)".contains("seed: 1, now 2") }
    let other = try open(["seed": "2"], force: true)
    #expect(!other.isResumed && !other.contains("kept"))
  }

  @Test func twoProcessesAreKeptApart() throws {
    let first = try open([:])
    #expect {
      try open([:])
    } throws: { "\($0)".contains("another process is at work") }
    _ = first
  }

  @Test func aFinishedRunKeepsItsFilesOrNot() throws {
    let run = try open([:])
    try folder.write([1], to: "out.partial/candidates.images")
    try run.finish(keepsFiles: true)
    #expect(try folder.read("out.run/candidates.images") == [1])
    #expect(!FileManager.default.fileExists(atPath: output + ".partial"))
    // The next one replaces them.
    try open([:]).finish(keepsFiles: false)
    #expect(!FileManager.default.fileExists(atPath: output + ".run"))
  }

  @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
    try folder.write([1], to: "out.partial/theirs")
    #expect {
      try open([:], force: true)
    } throws: { "\($0)".contains("was not made by elixir-gpu") }
    #expect(try folder.read("out.partial/theirs") == [1])
  }
}
