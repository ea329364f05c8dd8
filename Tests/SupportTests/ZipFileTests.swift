import Foundation
import Support
import TestSupport
import Testing

struct ZipFileTests {
  /// By Python's `zipfile`: folder `a/`, `a/b.txt` stored, `a/c.txt` deflated, `l` a link, and a
  /// comment that looks like an end record.
  static let plain = """
    UEsDBBQAAAAAAAAAIVAAAAAAAAAAAAAAAAACAAAAYS9QSwMEFAAAAAAAAAAhUAv5Q1YGAAAABgAAAAcAAABhL2IudHh0c3\
    RvcmVkUEsDBBQAAAAIAAAAIVC2RrGmFAAAAIQDAAAHAAAAYS9jLnR4dEtJTctJLElNUUgZZYwyRhkDwQAAUEsDBBQAAAAA\
    AAAAIVC7VT4GBwAAAAcAAAABAAAAbGEvYi50eHRQSwECFAMUAAAAAAAAACFQAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAgA\
    EAAAAAYS9QSwECFAMUAAAAAAAAACFQC/lDVgYAAAAGAAAABwAAAAAAAAAAAAAAgAEgAAAAYS9iLnR4dFBLAQIUAxQAAAAI\
    AAAAIVC2RrGmFAAAAIQDAAAHAAAAAAAAAAAAAACAAUsAAABhL2MudHh0UEsBAhQDFAAAAAAAAAAhULtVPgYHAAAABwAAAA\
    EAAAAAAAAAAAAAAP+hhAAAAGxQSwUGAAAAAAQABADJAAAAqgAAAA4AUEsFBiBhIGNvbW1lbnQ=
    """

  /// Member `x` of 8 bytes, streamed.
  ///
  /// No size is in the local header, wide sizes are in the directory, and there is a zip64 end
  /// record. `zipfile` reads it.
  static let zip64 = """
    UEsDBC0ACAAAAAAAIVAAAAAA//////////8BABQAeAEAEAAAAAAAAAAAAAAAAAAAAAAAc3RyZWFtZWRQSwcIYxsi2QgAAA\
    AAAAAACAAAAAAAAABQSwECLQMtAAgAAAAAACFQYxsi2f//////////AQAcAAAAAAAAAAAAgAH/////eAEAGAAIAAAAAAAA\
    AAgAAAAAAAAAAAAAAAAAAABQSwYGLAAAAAAAAAAtAC0AAAAAAAAAAAABAAAAAAAAAAEAAAAAAAAASwAAAAAAAABTAAAAAAA\
    AAFBLBgcAAAAAngAAAAAAAAABAAAAUEsFBgAAAAD///////////////8AAA==
    """

  private func open(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> ZipFile {
    try ZipFile(try folder.file("a.zip", bytes).path)
  }

  private func bytes(_ base64: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: base64)))
  }

  @Test func membersAreFoundByTheDirectory() throws {
    let folder = try TemporaryFolder()
    let archive = try open(try bytes(Self.plain), in: folder)
    #expect(archive.members.map(\.name.description) == ["a/", "a/b.txt", "a/c.txt", "l"])
    #expect(archive.members.map(\.isFolder) == [true, false, false, false])
    #expect(archive.members.map(\.isLink) == [false, false, false, true])
    let stored = try #require(archive["a/b.txt"])
    #expect(stored.method == .stored)
    #expect(try archive.contents(of: stored, limit: 6) == Array("stored".utf8))
    let deflated = try #require(archive["a/c.txt"])
    #expect(deflated.method == .deflated)
    #expect(deflated.size == 900)
    let text = String(repeating: "deflated ", count: 100)
    #expect(try archive.contents(of: deflated, limit: 900) == Array(text.utf8))
    #expect(archive["a/d.txt"] == nil)
    let error = #expect(throws: FileError.self) {
      try archive.contents(of: deflated, limit: 899)
    }
    #expect("\(error!)".contains("member a/c.txt has 900 bytes, more than the 899"))
  }

  @Test func wideSizesAreRead() throws {
    let folder = try TemporaryFolder()
    let archive = try open(try bytes(Self.zip64), in: folder)
    let member = try #require(archive["x"])
    #expect(member.size == 8)
    #expect(try archive.contents(of: member, limit: 8) == Array("streamed".utf8))
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var reason: String
    var change: @Sendable (inout [UInt8]) -> Void
    var testDescription: String { reason }
  }

  /// The directory of `plain` is at byte 170; its entry of `a/c.txt` at 271, of 46 bytes and the
  /// name: flags at 8, method at 10, checksum at 16, stored size at 20, size at 24, position at 42.
  @Test(arguments: [
    Damage(reason: "the directory at the end is missing") { $0.removeLast() },
    Damage(reason: "is not where it should be") { $0.insert(0, at: 0) },
    Damage(reason: "member a/c.txt overlaps another") { $0[271 + 42] = 0x2F },
    Damage(reason: "member a/c.txt lies outside of it") { $0[271 + 23] = 0x7F },
    Damage(reason: "two members of its archive are named a/c.txt") {
      $0[218 + 46 + 2] = UInt8(ascii: "c")
    },
    Damage(reason: "a part of several") { $0[371 + 4] = 1 },
    Damage(reason: "more than 3 members") { $0[371 + 10] = 3 },
    Damage(reason: "member a/c.txt is named a/d.txt in another place") {
      $0[75 + 30 + 2] = UInt8(ascii: "d")
    },
    Damage(reason: "member a/c.txt is encrypted") { $0[271 + 8] = 1 },
    Damage(reason: "compressed by method 12") { $0[271 + 10] = 12 },
    Damage(reason: "its checksum is wrong") { $0[271 + 16] ^= 1 },
    Damage(reason: "more than the 899 bytes it claims") { $0[271 + 24] -= 1 },
    Damage(reason: "900 bytes instead of 901") { $0[271 + 24] += 1 },
    Damage(reason: "claims 2147484548 bytes out of 20") { $0[271 + 27] = 0x80 },
    Damage(reason: "the compressed data are damaged") { $0[75 + 37] = 0xFF },
  ])
  func damageIsNamed(_ damage: Damage) throws {
    var bytes = try bytes(Self.plain)
    damage.change(&bytes)
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) {
      let archive = try open(bytes, in: folder)
      for member in archive.members { _ = try archive.contents(of: member, limit: 1 << 40) }
    }
    #expect(error.map { "\($0)".contains(damage.reason) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// The examples are what archives that attack hold.
  @Test func onlyPlainRelativePathsStayInAFolder() {
    for name in ["a", "a/b.png", "a/", "...", "a b/..c"] {
      #expect(FileName(name).isPlainRelativePath, "\(name)")
    }
    for name in ["", "/", "/a", "..", "a/../b", "../a", "a//b", "./a", "a\\b", "a\0b", "a//"] {
      #expect(!FileName(name).isPlainRelativePath, "\(name)")
    }
  }

  /// Two gzip members one after the other, by Python's `gzip`: "one" and "two".
  @Test func inflatingContinuesAfterAReset() throws {
    let input = try bytes(
      "H4sIAAAAAAACA8vPSwUA8YZsegMAAAAfiwgAAAAAAAIDKynPBwBmisoRAwAAAA==")
    let inflater = try Inflater(.any)
    var output = [UInt8](repeating: 0, count: 8)
    var text = ""
    var position = 0
    while position < input.count {
      let step = try input[position...].withUnsafeBytes { source in
        try output.withUnsafeMutableBytes { try inflater.inflate(source, into: $0) }
      }
      text += String(decoding: output[..<step.written], as: UTF8.self)
      position += step.read
      if step.isAtEnd { inflater.reset() }
    }
    #expect(text == "onetwo")
  }
}
