import Support
import TestSupport
import Testing

@Suite struct GzipFileTests {
  /// "hello\n" by `gzip -n`.
  private let hello: [UInt8] = [
    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7, 2, 0, 0x20, 0x30, 0x3A,
    0x36, 6, 0, 0, 0,
  ]

  private func unpack(
    _ bytes: [UInt8], in folder: TemporaryFolder, limit: ([UInt8]) throws -> Int? = { _ in nil }
  ) throws -> [UInt8] {
    try folder.write(bytes, to: "a.gz")
    let file = try GzipFile.unpack(try RandomAccessFile(folder.path + "/a.gz"), limit: limit)
    return try file.bytes(at: 0, count: file.size)
  }

  @Test func readsAllMembers() throws {
    let folder = try TemporaryFolder()
    #expect(try unpack(hello, in: folder) == Array("hello\n".utf8))
    #expect(try unpack(hello + hello + [0, 0, 0], in: folder) == Array("hello\nhello\n".utf8))
    #expect(throws: FileError.self) { try unpack(hello + [1], in: folder) }
    #expect(throws: FileError.self) { try unpack(hello.dropLast(5), in: folder) }
    #expect(throws: FileError.self) { try unpack(hello.dropLast() + [1], in: folder) }
    #expect(throws: FileError.self) { try unpack(Array("plain".utf8), in: folder) }
  }

  @Test func packsWhatItUnpacksAndStopsAtTheLimit() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 >> 9 ^ $0) }
    try folder.write(bytes, to: "plain")
    let path = FileName(folder.path + "/packed.gz")
    try GzipFile.pack(try RandomAccessFile(folder.path + "/plain"), to: path)
    let packed = try RandomAccessFile.contents(path)
    #expect(packed.count < bytes.count / 4)
    #expect(try unpack(packed, in: folder) == bytes)
    #expect(
      try unpack(packed, in: folder) { $0 == Array(bytes[..<256]) ? bytes.count : 0 } == bytes)
    let error = #expect(throws: FileError.self) {
      try unpack(packed, in: folder) { _ in 2_999_999 }
    }
    #expect("\(try #require(error))".contains("more than the 2999999 bytes"))
  }
}
