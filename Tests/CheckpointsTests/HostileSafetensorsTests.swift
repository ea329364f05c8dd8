import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files that a careless reader would crash on, misread, or allocate gigabytes for.
struct HostileSafetensorsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var header: String
    var dataLength: Int
    /// What the message must say.
    var says: String
    var testDescription: String { name }

    init(_ name: String, _ header: String, data: Int = 0, says: String) {
      self.name = name
      self.header = header
      self.dataLength = data
      self.says = says
    }
  }

  static func tensor(
    _ name: String, _ dtype: String = "F32", _ shape: String = "[1]", _ offsets: String = "[0,4]"
  ) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let cases = [
    Case("empty header", "", says: "does not begin with '{'"),
    Case("leading space", " {}", says: "does not begin with '{'"),
    Case("cut-off JSON", #"{"a":{"dtype":"F32""#, says: "expected at byte"),
    Case("text after the end", "{}x", says: "text after the end"),
    Case("not an object", #"{"a":3}"#, says: "tensor 'a' is not an object"),
    Case("too deep", #"{"a":{"dtype":[[[[[1]]]]]}}"#, says: "nested deeper"),
    Case(
      "duplicate tensor", "{\(tensor("a")),\(tensor("a", "F32", "[1]", "[4,8]"))}", data: 8,
      says: "duplicate key 'a'"),
    Case(
      "duplicate field", #"{"a":{"dtype":"F32","dtype":"U8","shape":[1],"data_offsets":[0,4]}}"#,
      data: 4, says: "duplicate key 'dtype'"),
    Case(
      "escaped duplicate", "{\(tensor("a")),\(tensor("\\u0061"))}", data: 4,
      says: "duplicate key 'a'"),
    Case("unknown dtype", "{\(tensor("a", "F31"))}", data: 4, says: "unknown dtype 'F31'"),
    Case("no dtype", #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4, says: "no dtype"),
    Case("no shape", #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4, says: "shape"),
    Case("no offsets", #"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4, says: "data_offsets"),
    Case(
      "three offsets", "{\(tensor("a", "F32", "[1]", "[0,4,8]"))}", data: 4,
      says: "[begin, end]"),
    Case(
      "reversed offsets", "{\(tensor("a", "F32", "[1]", "[4,0]"))}", data: 4,
      says: "[begin, end]"),
    Case("negative shape", "{\(tensor("a", "F32", "[-1]"))}", data: 4, says: "-1, which is not"),
    Case("negative offset", "{\(tensor("a", "F32", "[1]", "[-4,0]"))}", data: 4, says: "-4, which"),
    Case("fractional shape", "{\(tensor("a", "F32", "[1.0]"))}", data: 4, says: "which is not"),
    Case(
      "number above 64 bits", "{\(tensor("a", "F32", "[18446744073709551616]"))}", data: 4,
      says: "which is not"),
    Case(
      "overflowing product", "{\(tensor("a", "F32", "[4294967296,4294967296,4]"))}", data: 4,
      says: "overflows"),
    Case(
      "overflowing bytes", "{\(tensor("a", "F64", "[2305843009213693952]"))}", data: 4,
      says: "overflows"),
    Case("wrong size", "{\(tensor("a", "F32", "[2]"))}", data: 4, says: "needs 8 bytes"),
    Case("half a byte", "{\(tensor("a", "F4", "[1]", "[0,1]"))}", data: 1, says: "not whole bytes"),
    Case(
      "out of range", "{\(tensor("a", "F32", "[1024]", "[0,4096]"))}", data: 8, says: "cut off"),
    Case(
      "overlap", "{\(tensor("a")),\(tensor("b", "F32", "[1]", "[2,6]"))}", data: 6,
      says: "overlap at tensor 'b'"),
    Case(
      "hole", "{\(tensor("a")),\(tensor("b", "F32", "[1]", "[8,12]"))}", data: 12,
      says: "hole before tensor 'b'"),
    Case("starts late", "{\(tensor("a", "F32", "[1]", "[4,8]"))}", data: 8, says: "hole before"),
    Case("bytes left over", "{\(tensor("a"))}", data: 12, says: "8 bytes after the last"),
    Case("metadata not text", #"{"__metadata__":{"a":1}}"#, says: "__metadata__ 'a'"),
    Case("metadata not an object", #"{"__metadata__":[]}"#, says: "__metadata__ is not"),
    Case("python's NaN", #"{"a":NaN}"#, says: "a value is expected"),
    Case("unknown key", #"{"a":{"type":"F32"}}"#, says: "unknown key 'type'"),
    Case("control character", "{\"a\n\":1}", says: "control character"),
    Case("half a surrogate", #"{"\ud800":1}"#, says: "surrogate"),
  ]

  @Test(arguments: cases)
  func isRefused(_ hostile: Case) throws {
    let folder = try TemporaryFolder()
    let url = try folder.safetensors(
      Array(hostile.header.utf8), data: [UInt8](repeating: 0, count: hostile.dataLength))
    try expectRefusal(url, says: hostile.says)
  }

  @Test func lengthsThatLieAreRefused() throws {
    let folder = try TemporaryFolder()
    try expectRefusal(try folder.file("x", [1, 0, 0]), says: "only 3 bytes")
    try expectRefusal(try folder.safetensors([], length: .max), says: "above the limit")
    try expectRefusal(
      try folder.safetensors([], length: 100_000_001), says: "above the limit of 100000000")
    try expectRefusal(
      try folder.safetensors(Array("{}".utf8), length: 3), says: "ends beyond the file of 10 bytes")
  }

  @Test func headerThatIsNotTextIsRefused() throws {
    let folder = try TemporaryFolder()
    let bytes: [UInt8] = Array("{\"".utf8) + [0xFF, 0xFE] + Array("\":1}".utf8)
    try expectRefusal(try folder.safetensors(bytes), says: "not UTF-8")
  }

  @Test func manyNestedListsAreRefusedWithoutRecursion() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(#"{"a":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    try expectRefusal(try folder.safetensors(bytes), says: "nested deeper")
  }

  @Test func absentFileAndFolderAreNamed() throws {
    let folder = try TemporaryFolder()
    let absent = folder.url.appendingPathComponent("absent.safetensors")
    #expect {
      try SafetensorsFile(absent)
    } throws: {
      "\($0)" == "\(absent.path): there is no such file or folder; check the path"
    }
    #expect { try SafetensorsFile(folder.url) } throws: { "\($0)".contains("not a regular file") }
  }

  private func expectRefusal(
    _ url: URL, says: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(sourceLocation: location) {
      try SafetensorsFile(url)
    } throws: { error in
      let message = "\(error)"
      guard case CheckpointError.invalidSafetensors(url.path, _) = error else { return false }
      return message.contains(says) && message.hasPrefix(url.path) && !message.contains("\n")
    }
  }
}
