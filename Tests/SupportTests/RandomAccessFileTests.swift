import Support
import TestSupport
import Testing

@Suite struct RandomAccessFileTests {
  @Test func readsAndWritesParts() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3, 4], to: "a")
    let file = try RandomAccessFile(folder.path + "/a", .update)
    try file.write([8, 9], at: 1)
    #expect(try file.bytes(at: 0, count: 4) == [1, 8, 9, 4])
    #expect(try file.bytes(at: 4, count: 0) == [])
    try file.truncate(to: 2)
    let error = #expect(throws: FileError.self) { try file.bytes(at: 0, count: 4) }
    #expect("\(try #require(error))".contains("/a: cannot be read: it ends before byte 4"))
  }

  @Test func modesSayWhatMayExist() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    #expect(throws: FileError.notFound(path: path)) { try RandomAccessFile(path) }
    #expect(throws: FileError.self) { try RandomAccessFile(path, .update) }
    _ = try RandomAccessFile(path, .create)
    #expect(throws: FileError.self) { try RandomAccessFile(path, .create) }
    try RandomAccessFile(path, .extend).write([1, 2], at: 0)
    #expect(try RandomAccessFile(path, .extend).size == 2)
    #expect(try RandomAccessFile(path, .replace).size == 0)
    #expect(throws: FileError.self) { try RandomAccessFile(folder.path) }
    let inner = #expect(throws: FileError.self) {
      try RandomAccessFile(folder.path + "/no/a", .create)
    }
    #expect("\(try #require(inner))".contains("there is no folder \(folder.path)/no; create it"))
  }

  @Test func filesGrowAtTheirEndAndCanBeCut() throws {
    let folder = try TemporaryFolder()
    let file = try AppendOnlyFile(folder.path + "/a")
    try file.append([1, 2, 3])
    try file.append([4])
    #expect(file.count == 4)
    try file.truncate(to: 2)
    try file.append([9])
    try file.flush()
    #expect(try AppendOnlyFile(folder.path + "/a").read(at: 0, count: 3) == [1, 2, 9])
    #expect(throws: FileError.self) { try file.read(at: 1, count: 3) }
  }

  @Test func numbersAreLittleEndian() {
    var writer = ByteWriter()
    writer.append(UInt16(0x0201))
    writer.append(Int32(-2))
    writer.append(Float(1))
    #expect(writer.bytes == [1, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 0x80, 0x3F])
    var reader = ByteReader(writer.bytes)
    #expect(reader.next(UInt16.self) == 0x0201)
    #expect(reader.next(Int32.self) == -2)
    #expect(reader.next(Float.self) == 1)
    #expect(reader.next(UInt8.self) == nil)
  }
}
