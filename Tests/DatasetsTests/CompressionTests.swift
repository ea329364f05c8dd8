import Datasets
import TestSupport
import Testing

@Suite struct CompressionTests {
  private static let methods: [CompressionMethod] = [
    .none, .snappy, .gzip, .brotli, .zstd, .lz4Block, .lz4Frame,
  ]

  @Test(arguments: methods, [0, 1, 70_000])
  func givesBackWhatItCompressed(method: CompressionMethod, count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 100) }
    let packed = try method.compress(bytes)
    if method != .none && count > 1 { #expect(packed.count < count / 4) }
    #expect(try method.decompress(packed[...], size: count) == bytes)
  }

  @Test(arguments: methods.dropFirst())
  func refusesOtherSizesAndDamage(method: CompressionMethod) throws {
    let packed = try method.compress(patternBytes(5000))
    #expect(throws: CompressionFailure.self) { try method.decompress(packed[...], size: 4999) }
    #expect(throws: CompressionFailure.self) { try method.decompress(packed[...], size: 5001) }
    #expect(throws: CompressionFailure.self) {
      try method.decompress(packed.dropLast(10), size: 5000)
    }
    #expect(throws: CompressionFailure.self) { try method.decompress([], size: 5000) }
  }

  /// `printf hello | gzip -n | xxd`, and `zlib.crc32(b"123456789")` = 0xCBF43926.
  @Test func readsWhatOthersWrote() throws {
    let hello: [UInt8] = [
      0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0, 0x86, 0xA6,
      0x10, 0x36, 0x05, 0, 0, 0,
    ]
    #expect(
      try CompressionMethod.gzip.decompress((hello + hello)[...], size: 10)
        == Array("hellohello".utf8))
    // Snappy by hand: the length 10, a literal of 5 bytes, a copy of 5 from 5 back.
    #expect(
      try CompressionMethod.snappy.decompress(
        ([10, 4 << 2] + Array("hello".utf8) + [1 | 1 << 2, 5])[...], size: 10)
        == Array("hellohello".utf8))
    #expect(Deflate.checksum(Array("123456789".utf8)[...]) == 0xCBF4_3926)
  }
}
