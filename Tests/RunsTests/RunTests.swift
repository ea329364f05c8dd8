import Foundation
import Runs
import Support
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
    #expect(run.measure("whole") { run.measure("part") { 8 } } == 8)
    #expect(run.timings.seconds.map(\.name) == ["a", "a: part", "b", "part", "whole"])
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

  /// Commits an output as the run's, and stops there.
  private func commit(_ run: RunFolder) throws {
    try AtomicDirectory(output).commit(token: run.token)
  }

  @Test func whatAKilledProcessDidNotFinishIsFinished() throws {
    do {
      let run = try open(["seed": "1"])
      try folder.write([1], to: "out.partial/candidates.images")
      try commit(run)
    }
    try RunFolder.finishAbandoned(output: output, keepsFiles: true)
    #expect(try folder.entries() == ["out", "out.run"])
    #expect(try folder.read("out.run/candidates.images") == [1])
    // An unfinished run beside another's output has its work before it.
    do { _ = try open(["seed": "2"]) }
    try folder.write([1], to: "out.partial/victim-state.safetensors")
    try RunFolder.finishAbandoned(output: output, keepsFiles: false)
    #expect(try open(["seed": "2"]).isResumed)
  }

  /// As on a full disk, the mark of what is being deleted cannot be written.
  @Test func whatCannotBeMarkedIsDeletedAllTheSame() throws {
    let run = try open([:])
    try folder.write([1], to: "out.partial/candidates.images")
    try folder.write([1], to: "out.partial/ended/in-the-way")
    try run.finish(keepsFiles: false)
    #expect(try folder.entries() == [])
  }

  @Test func onlyTheRecordIsKeptWhereNothingElseIsOfUse() throws {
    do {
      let run = try open(["seed": "1"])
      try folder.write([1], to: "out.partial/states")
      try folder.write([2], to: "out.partial/run.sqlite")
      try run.finishKeepingRecord()
    }
    #expect(try folder.entries() == ["out.run"])
    #expect(try folder.entries("out.run") == ["run.json", "run.sqlite"])
    // Without a record nothing is.
    try open(["seed": "1"]).finishKeepingRecord()
    #expect(try folder.entries() == [])
  }

  @Test func anOutputThatIsAFileIsKnownByWhatItHolds() throws {
    do {
      let run = try open(["seed": "1"])
      try folder.write([1], to: "out.partial/victim.safetensors")
      try run.expectOutput([7, 8])
    }
    try folder.write([7], to: "out")
    try RunFolder.finishAbandoned(output: output, keepsFiles: true)
    #expect(try folder.entries() == ["out", "out.partial"])
    try folder.write([7, 8], to: "out")
    try RunFolder.finishAbandoned(output: output, keepsFiles: true)
    #expect(try folder.entries() == ["out", "out.run"])
  }

  @Test func aRecordWithoutWorkIsNoUnfinishedRun() throws {
    do { _ = try open(["seed": "1"]) }
    try folder.write([2], to: "out.partial/run.sqlite")
    try folder.write([2], to: "out.partial/run.sqlite-wal")
    try RunFolder.finishAbandoned(output: output, keepsFiles: true)
    #expect(try folder.entries() == [])
  }

  @Test func ofAHalfDeletedRunNothingCounts() throws {
    do { _ = try open(["seed": "1"]) }
    try folder.write([], to: "out.partial/ended")
    try folder.write([1], to: "out.partial/candidates.images")
    do {
      let run = try open(["seed": "1"])
      #expect(!run.isResumed && !run.contains("candidates.images") && !run.contains("ended"))
    }
    // Also where all but that mark is gone, and where the output is there.
    try FileManager.default.removeItem(atPath: output + ".partial/run.json")
    try folder.write([], to: "out.partial/ended")
    do { #expect(try !open(["seed": "1"]).isResumed) }
    try folder.write([], to: "out.partial/ended")
    try AtomicDirectory(output).commit()
    try RunFolder.finishAbandoned(output: output, keepsFiles: true)
    #expect(try folder.entries() == ["out"])
  }

  @Test func theFolderIsPrivateAndNoLink() throws {
    do {
      let run = try open(["a": "1"])
      var information = stat()
      #expect(stat(run.url.path, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o700)
    }
    try FileName(output + ".partial").rename(to: FileName(output + ".elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: output + ".partial", withDestinationPath: output + ".elsewhere")
    let error = #expect(throws: RunError.self) { try open(["a": "1"]) }
    #expect("\(try #require(error))".contains("it is a link"))
  }

  @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
    try folder.write([1], to: "out.run/theirs")
    #expect {
      try open([:], force: true)
    } throws: { "\($0)".contains("out.run: it is in the way") }
    try FileManager.default.removeItem(atPath: output + ".run")
    try folder.write([1], to: "out.partial/theirs")
    #expect {
      try open([:], force: true)
    } throws: { "\($0)".contains("was not made by elixir-gpu") }
    #expect(try folder.read("out.partial/theirs") == [1])
  }
}
