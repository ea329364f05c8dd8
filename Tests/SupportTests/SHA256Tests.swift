import Support
import TestSupport
import Testing

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func digestsAreThoseOfTheStandard(message: String, digest: String) {
    #expect(SHA256.hexDigest(Array(message.utf8)) == digest)
  }

  @Test func partsMakeTheSameDigestAsTheWhole() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for size in [1, 3, 55, 56, 63, 64, 65, 127, 1000] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        hash.add(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(hash.hexDigest == SHA256.hexDigest(bytes), "\(size)")
      // Reading the digest ends nothing.
      hash.add([UInt8(1)])
      #expect(hash.hexDigest == SHA256.hexDigest(bytes + [1]), "\(size)")
    }
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "a")
    #expect(try SHA256.hexDigest(ofFile: folder.path + "/a") == SHA256.hexDigest(bytes))
  }

  @Test func neighbouringTextsStayApart() {
    func digest(_ texts: [String]) -> String {
      var hash = SHA256()
      for text in texts { hash.add(text) }
      return hash.hexDigest
    }
    #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
  }

  @Test func aChecksumIsTheBeginningOfTheDigest() {
    #expect(SHA256.checksum(Array("abc".utf8)) == 0xba78_16bf_8f01_cfea)
  }
}
