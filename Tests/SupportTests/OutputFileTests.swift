import Foundation
import Support
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Array("sample,label\n".utf8), to: "table.csv")
    try folder.write([1, 2, 3], to: "data/model.bin")
  }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  private func refusal(
    _ name: String, force: Bool = true, beginning: String = "", inputs: [String] = []
  ) -> FileError? {
    do {
      try OutputFile.check(
        path(name), force: force, kind: "a table", beginning: beginning,
        inputs: inputs.map(path))
      return nil
    } catch {
      return error as? FileError
    }
  }

  @Test func replacesOnlyWhatItMay() throws {
    #expect(refusal("new.csv", force: false, inputs: ["data"]) == nil)
    #expect(refusal("table.csv", force: false) == .outputExists(path: path("table.csv")))
    #expect(refusal("table.csv", beginning: "sample,") == nil)
    #expect(
      refusal("data/model.bin", beginning: "sample,")
        == .outputRefused(
          path: path("data/model.bin"), reason: "it is not a table that elixir-gpu wrote"))
    #expect(refusal("data") == .outputRefused(path: path("data"), reason: "it is a folder"))
    try folder.write([], to: "empty.csv")
    #expect(refusal("empty.csv", beginning: "sample,") == nil)
  }

  @Test func replacesNoInput() throws {
    try FileManager.default.createSymbolicLink(
      atPath: path("link"), withDestinationPath: path("data"))
    for (name, input) in [
      ("data/model.bin", "data"), ("data/model.bin", "link"), ("link/model.bin", "data/model.bin"),
      ("table.csv", "data/../table.csv"),
    ] {
      #expect(
        refusal(name, inputs: [input])
          == .outputRefused(path: path(name), reason: "it is read, too"))
    }
  }

  @Test func anotherProcessIsKeptAway() throws {
    let output = path("deep/out")
    try OutputLock.hold(output)
    // The same process may ask again, by another name of the output.
    try OutputLock.hold(path("deep/./out"))
    #expect(try folder.entries("deep") == [".out.lock"])
    #expect(try FileLock(path("deep/.out.lock")) == nil)
    OutputLock.releaseAll()
    #expect(try folder.entries("deep") == [])
    let other = try FileLock(path("deep/.out.lock"))
    withExtendedLifetime(other) {
      _ = #expect(
        throws: FileError.outputRefused(path: output, reason: "another process is writing it")
      ) { try OutputLock.hold(output) }
    }
  }
}
