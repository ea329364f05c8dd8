import Foundation
import Support
import TestSupport
import Testing

@Suite struct AtomicDirectoryTests {
  @Test func appearsOnlyWhenCommitted() throws {
    let folder = try TemporaryFolder()
    let directory = try AtomicDirectory(folder.path + "/deep/out")
    try TextFile.write("hello", to: directory.path + "/a.txt")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/deep/out"))
    try directory.commit()
    #expect(try folder.entries("deep") == ["out"])
    #expect(try folder.read("deep/out/a.txt") == Array("hello".utf8))
  }

  @Test func leavesNothingBehindWhenAbandoned() throws {
    let folder = try TemporaryFolder()
    do { _ = try AtomicDirectory(folder.path + "/out") }
    #expect(try folder.entries() == [])
  }

  @Test func refusesAnExistingOutputWithoutForce() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    try AtomicDirectory(output).commit()
    #expect(throws: FileError.outputExists(path: output)) { try AtomicDirectory(output) }
    let second = try AtomicDirectory(output, force: true)
    try TextFile.write("new", to: second.path + "/b.txt")
    #expect(try folder.entries("out") == [".elixir-gpu"])
    try second.commit()
    #expect(try folder.entries("out") == [".elixir-gpu", "b.txt"])
    #expect(try folder.entries() == ["out"])
  }

  @Test func forceSparesWhatIsNotOurs() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "precious/a.txt")
    let output = folder.path + "/precious"
    let error = #expect(throws: FileError.self) { try AtomicDirectory(output, force: true) }
    #expect(try #require(error).description.contains("not written by elixir-gpu"))
    let file = #expect(throws: FileError.self) {
      try AtomicDirectory(output + "/a.txt", force: true)
    }
    #expect(try #require(file).description.contains("it is a file"))
    #expect(try folder.entries("precious") == ["a.txt"])
  }

  @Test func neverReplacesItsOwnInput() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    try AtomicDirectory(output).commit()
    try folder.write([1], to: "out/a.bin")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: output)
    for input in ["/out", "/out/a.bin", "/link/a.bin", "/link/../out"] {
      let error = #expect(throws: FileError.self) {
        try AtomicDirectory(output, force: true, inputs: [folder.path + input])
      }
      #expect("\(try #require(error))".contains("it contains the input"), "\(input)")
    }
    try AtomicDirectory(output + "-2", inputs: [output]).commit()
    #expect(try folder.entries("out") == [".elixir-gpu", "a.bin"])
  }

  /// Where it would become a class of the input, named in every way.
  @Test func neverLiesInItsInput() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "data/ant/a.png")
    try folder.write([1], to: "elsewhere/deep/x")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/data")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/elsewhere/up", withDestinationPath: folder.path + "/data/ant")
    let outputs = [
      "data/out", "data/new/out", "link/out", "elsewhere/../data/out", "elsewhere/up/../out",
      "new/../data/out", "./data//out/.",
    ]
    for output in outputs {
      for input in ["data", "link", "data/."] {
        let error = #expect(throws: FileError.self) {
          try AtomicDirectory.check(
            folder.path + "/" + output, force: false, inputs: [folder.path + "/" + input])
        }
        #expect("\(try #require(error))".contains("it lies in the input"), "\(output) in \(input)")
      }
    }
    // What only begins alike, or leads out of it again.
    for output in ["data-2", "data/../out", "elsewhere/up/../../out"] {
      try AtomicDirectory.check(
        folder.path + "/" + output, force: false, inputs: [folder.path + "/data"])
    }
  }

  @Test func deletesWhatAKilledProcessLeft() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    // Another process's: left alone as long as it lives, which its lock tells.
    for name in [".out.partial-7", ".out.partial-8", ".out.partial-new", ".other.partial-7"] {
      try folder.write([], to: name + "/.elixir-gpu")
      try folder.write([1], to: name + "/half.bin")
    }
    try folder.write([1], to: ".out.partial-9/not-ours.bin")
    // Killed before it could mark it.
    try FileManager.default.createDirectory(
      atPath: folder.path + "/.out.partial-2147483646", withIntermediateDirectories: false)
    let lock = try FileLock(folder.path + "/.out.partial-8/.elixir-gpu")
    #expect(lock != nil)
    try withExtendedLifetime(lock) {
      try AtomicDirectory(folder.path + "/nowhere").commit()
      #expect(try folder.entries().contains(".out.partial-7"))
      try AtomicDirectory(output + "/").commit()
    }
    #expect(
      try folder.entries() == [
        ".other.partial-7", ".out.partial-8", ".out.partial-9",
        ".out.partial-new", "nowhere", "out",
      ])
  }

  @Test func endsAReplacementThatWasKilled() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    // Between the two renames: the new one was complete.
    try folder.write([], to: ".out.partial-5/.elixir-gpu")
    try folder.write([2], to: ".out.partial-5/new")
    try folder.write([], to: ".out.old-5/.elixir-gpu")
    #expect(throws: FileError.outputExists(path: output)) { try AtomicDirectory(output) }
    #expect(try folder.entries() == ["out"])
    #expect(try folder.entries("out") == [".elixir-gpu", "new"])
    // While the former one was deleted, and where there is only the former one.
    try folder.write([], to: ".out.old-6/.elixir-gpu")
    #expect(throws: FileError.outputExists(path: output)) {
      try AtomicDirectory.check(output, force: false)
    }
    #expect(try folder.entries() == ["out"])
    try FileName(output).rename(to: FileName(folder.path + "/.out.old-7"))
    #expect(throws: FileError.outputExists(path: output)) {
      try AtomicDirectory.check(output, force: false)
    }
    #expect(try folder.entries("out") == [".elixir-gpu", "new"])
  }

  @Test func outputsAreKnownByTheirTokens() throws {
    let folder = try TemporaryFolder()
    try AtomicDirectory(folder.path + "/out").commit(token: "abc")
    try AtomicDirectory(folder.path + "/plain").commit()
    #expect(AtomicDirectory.token(of: FileName(folder.path + "/out")) == "abc")
    for name in ["/plain", "/nowhere", ""] {
      #expect(AtomicDirectory.token(of: FileName(folder.path + name)) == nil)
    }
  }

  @Test func aLockHasOneHolder() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    var first = try FileLock(path)
    #expect(first != nil)
    #expect(try FileLock(path) == nil)
    first = nil
    #expect(try FileLock(path) != nil)
    #expect(throws: FileError.self) { try FileLock(folder.path + "/missing/lock") }
  }
}
