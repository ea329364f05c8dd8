import Foundation
import Support
import TestSupport
import Testing

struct AtomicFileTests {
  @Test func replacesAnOlderFile() throws {
    let folder = try TemporaryFolder()
    let url = try folder.file("x", "old")
    try AtomicFile.write(Array("new".utf8), to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "new")
  }

  @Test func anErrorLeavesTheOlderFileAndNothingElse() throws {
    struct Interruption: Error {}
    let folder = try TemporaryFolder()
    let url = try folder.file("x", "old")
    func interrupted() throws {
      let file = try AtomicFile(url.path)
      try [UInt8](repeating: 1, count: 1000).withUnsafeBytes { try file.write($0) }
      throw Interruption()
    }
    #expect(throws: Interruption.self) { try interrupted() }
    #expect(try String(contentsOf: url, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["x"])
  }

  @Test func deletesWhatAKilledProcessLeft() throws {
    let folder = try TemporaryFolder()
    for name in [".x.abc.part", ".x.y.abc.part", ".y.abc.part", ".x.abc"] {
      try folder.write([1], to: name)
    }
    let used = try AtomicFile(folder.path + "/x")
    try AtomicFile.write([2], to: folder.path + "/x")
    // What is in use stays, and what is another file's.
    #expect(try folder.entries().count == 5)
    try used.commit()
    #expect(try folder.entries() == [".x.abc", ".x.y.abc.part", ".y.abc.part", "x"])
  }

  @Test func absentFolderAndFolderOfThatNameAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect {
      try AtomicFile.write([1], to: folder.url.appendingPathComponent("no/x"))
    } throws: {
      "\($0)".contains("there is no folder \(folder.url.path)/no; create it first")
    }
    let inner = folder.url.appendingPathComponent("inner/deeper")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    #expect {
      try AtomicFile.write([1], to: inner.deletingLastPathComponent())
    } throws: {
      guard case FileError.unwritable = $0 else { return false }
      return "\($0)".contains("there is a folder of that name")
    }
  }

  @Test func aFullDiskIsNamed() {
    let error = FileError.unwritable(
      path: "x", reason: FileError.reason(ofWriting: ENOSPC))
    #expect("\(error)" == "x: cannot be written: the disk is full; free some space")
  }
}
