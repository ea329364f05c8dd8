import Support
import TestSupport
import Testing

@Suite struct ZipCopyTests {
  /// `a.txt` ("hello", stored), `b/c.txt` (100 times x, deflated) and the comment "note", by
  /// Python's zipfile.
  private let bytes: [UInt8] = [
    80, 75, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 134, 166, 16, 54, 5, 0, 0, 0, 5, 0, 0, 0, 5, 0,
    0, 0, 97, 46, 116, 120, 116, 104, 101, 108, 108, 111, 80, 75, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0,
    33, 0, 143, 93, 14, 94, 6, 0, 0, 0, 100, 0, 0, 0, 7, 0, 0, 0, 98, 47, 99, 46, 116, 120, 116,
    171, 168, 160, 61, 0, 0, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 134, 166, 16,
    54, 5, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 0, 0, 0, 0, 97, 46,
    116, 120, 116, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0, 0, 33, 0, 143, 93, 14, 94, 6, 0, 0,
    0, 100, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 40, 0, 0, 0, 98, 47, 99, 46, 116,
    120, 116, 80, 75, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, 104, 0, 0, 0, 83, 0, 0, 0, 4, 0, 110, 111,
    116, 101,
  ]

  private func copy(
    _ body: (ZipFile, ZipCopy) throws -> Void
  ) throws -> (bytes: [UInt8], archive: ZipFile) {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "a.zip")
    let source = try ZipFile(folder.path + "/a.zip")
    let copy = try ZipCopy(of: source, to: FileName(folder.path + "/b.zip"))
    try body(source, copy)
    try copy.finish()
    return (try folder.read("b.zip"), try ZipFile(folder.path + "/b.zip"))
  }

  private func text(_ archive: ZipFile, _ name: String) throws -> String {
    let member = try #require(archive[name])
    return String(decoding: try archive.contents(of: member, limit: 1000), as: UTF8.self)
  }

  @Test func keepsAllToTheByte() throws {
    let result = try copy { source, copy in for member in source.members { try copy.keep(member) } }
    #expect(result.bytes == bytes)
  }

  @Test func changesRenamesAddsAndLeavesOut() throws {
    let long = String(repeating: "hello again ", count: 50)
    let result = try copy { source, copy in
      try copy.replace(source.members[0], name: FileName("long.txt")) { append in
        for _ in 0..<50 { try Array("hello again ".utf8).withUnsafeBytes { try append($0) } }
      }
      try copy.keep(source.members[1], name: FileName("b/renamed.txt"))
      try copy.add(FileName("new.txt"), Array("new".utf8))
    }
    #expect(
      result.archive.members.map(\.name.description) == ["long.txt", "b/renamed.txt", "new.txt"])
    #expect(result.archive.members.map(\.method) == [.stored, .deflated, .deflated])
    #expect(try text(result.archive, "long.txt") == long)
    #expect(try text(result.archive, "b/renamed.txt") == String(repeating: "x", count: 100))
    #expect(try text(result.archive, "new.txt") == "new")
    // The comment is the last thing.
    #expect(result.bytes.suffix(4) == Array("note".utf8)[...])
    let fewer = try copy { source, copy in try copy.keep(source.members[1]) }
    #expect(fewer.archive.members.count == 1)
    #expect(try text(fewer.archive, "b/c.txt") == String(repeating: "x", count: 100))
  }
}
