import Foundation
import Support
import TestSupport
import Testing

@Suite struct FileNameTests {
  /// "é" as one character, and as a letter with a combining accent.
  private let composed = FileName("\u{E9}")
  private let decomposed = FileName("e\u{301}")

  @Test func namesAreTheirBytes() {
    #expect("\u{E9}" == "e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(
      [composed, decomposed, FileName("z")].sorted() == [decomposed, FileName("z"), composed])
  }

  /// Bytes and the text that stands for them.
  @Test(
    arguments: [
      (Array("plain name.png".utf8), "plain name.png"),
      (Array("caf\u{E9}.png".utf8), "caf\u{E9}.png"),
      ([0x63, 0xE9, 0x2E], "c\\xE9."),
      ([0xC3], "\\xC3"),
      ([0xE2, 0x82, 0xC3, 0xA9], "\\xE2\\x82\u{E9}"),
      (Array("a\\b".utf8), "a\\b"),
      (Array("a\\xE9".utf8), "a\\x5CxE9"),
      ([0x07, 0xFF], "\\x07\\xFF"),
      (Array("a\nerror: \u{1B}[2J\u{E9}".utf8), "a\\x0Aerror: \\x1B[2J\u{E9}"),
      // A byte that terminals take for ESC [, and one that turns the direction of reading.
      (Array("\u{9B}A\u{202E}".utf8), "\\xC2\\x9BA\\xE2\\x80\\xAE"),
    ] as [([UInt8], String)])
  func textHoldsEveryByte(bytes: [UInt8], text: String) {
    #expect(FileName(bytes: bytes).description == text)
    #expect(FileName(escaped: text).bytes == bytes)
  }

  @Test(arguments: [
    ("a/b/c.PNG", "a/b", "c.PNG", "a", "png"), ("c", ".", "c", "c", ""), ("/c.", "/", "c.", "", ""),
    ("a/\u{301}x.gz", "a", "\u{301}x.gz", "a", "gz"),
  ])
  func partsAreSplitAtSlashes(
    path: String, parent: String, last: String, first: String, kind: String
  ) {
    let name = FileName(path)
    #expect(name.parent == FileName(parent))
    #expect(name.lastComponent == FileName(last))
    #expect(name.firstComponent == FileName(first))
    #expect(name.kind == kind)
  }

  @Test func directoriesListNamesThatAreNotText() throws {
    let folder = try TemporaryFolder()
    let root = FileName(folder.path)
    let latin = FileName(bytes: [0x63, 0xE9])
    for name in [latin, composed, decomposed, FileName(".hidden")] {
      try RandomAccessFile.write(name.bytes, to: root / name)
    }
    #expect(try Directory.entries(root) == [FileName(".hidden"), latin, decomposed, composed])
    #expect(try RandomAccessFile.contents(root / latin) == latin.bytes)
    try (root / latin).rename(to: root / FileName("new"))
    #expect(Directory.kind(root / latin) == nil)
    #expect(Directory.kind(root / FileName("new")) == .file)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: "nowhere")
    #expect(Directory.kind(root / FileName("link")) == .brokenLink)
  }

  @Test func directoriesAreMadeAndDeletedWithAllThatIsInThem() throws {
    let folder = try TemporaryFolder()
    let deep = FileName(folder.path + "/a/b/c")
    try Directory.make(deep)
    try Directory.make(deep)
    try folder.write([1], to: "kept/x")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/a/link", withDestinationPath: folder.path + "/kept")
    Directory.delete(FileName(folder.path + "/a"))
    #expect(try folder.entries() == ["kept"])
    #expect(try folder.entries("kept") == ["x"])
    #expect(throws: FileError.self) { try Directory.make(FileName(folder.path + "/kept/x/y")) }
  }
}
