import Support

/// The chunks of a PNG file, in its order.
///
/// As Pillow does, wrong checksums are an error in front of the pixels only, for there a chunk may
/// be something else than it says; the pixels carry a checksum of their own. A missing end is none.
struct PNGChunks {
  struct Chunk {
    let type: String
    /// Its contents, among the file's bytes.
    let contents: Range<Int>
    /// With length, type and checksum.
    var whole: Range<Int> { contents.lowerBound - 8..<contents.upperBound + 4 }
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let bytes: [UInt8]
  private(set) var chunks: [Chunk] = []
  /// Where the last chunk ends; bytes may follow.
  private(set) var end = signature.count

  /// - Parameter isWhole: whether these are all bytes of the file; of a part, the chunks that lie
  ///   in it count.
  init(_ bytes: [UInt8], isWhole: Bool, allowsTruncation: Bool) throws {
    self.bytes = bytes
    guard bytes.starts(with: Self.signature) else {
      throw ImageFailure(reason: "it is not a PNG image")
    }
    var hasPixels = false
    while end < bytes.count, chunks.last?.type != "IEND" {
      guard end + 8 <= bytes.count else {
        guard !isWhole || allowsTruncation else { throw Self.cut }
        return
      }
      let length = bigEndianWord(bytes, at: end)
      let type = String(decoding: bytes[end + 4..<end + 8], as: UTF8.self)
      guard type.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
      else {
        // Behind the pixels, whatever it is does no harm.
        if hasPixels { return }
        throw ImageFailure(reason: "it is corrupt: \(type.debugDescription) is no PNG chunk")
      }
      let start = end + 8
      guard length <= bytes.count - start - 4 else {
        guard !isWhole || allowsTruncation else { throw Self.cut }
        if type == "IDAT" {
          chunks.append(Chunk(type: type, contents: start..<min(start + length, bytes.count)))
        }
        end = bytes.count
        return
      }
      let chunk = Chunk(type: type, contents: start..<start + length)
      hasPixels = hasPixels || type == "IDAT"
      if !hasPixels { try check(chunk) }
      chunks.append(chunk)
      end = chunk.whole.upperBound
    }
  }

  private static let cut = ImageFailure(reason: "it is cut short")

  private func check(_ chunk: Chunk) throws {
    var sum = CRC32()
    bytes[chunk.contents.lowerBound - 4..<chunk.contents.upperBound].withUnsafeBytes {
      sum.update($0)
    }
    guard Int(sum.value) == bigEndianWord(bytes, at: chunk.contents.upperBound) else {
      throw ImageFailure(reason: "it is corrupt: the checksum of its \(chunk.type) is wrong")
    }
  }

  /// The contents of the first chunk of a type.
  func contents(_ type: String) -> ArraySlice<UInt8>? {
    chunks.first { $0.type == type }.map { bytes[$0.contents] }
  }

  /// A chunk with its length and checksum.
  static func chunk(_ type: String, _ contents: some Collection<UInt8>) -> [UInt8] {
    let checked = Array(type.utf8) + contents
    return bigEndianBytes(UInt32(contents.count)) + checked
      + bigEndianBytes(CRC32.checksum(checked))
  }
}

/// A number of 4 bytes, the high one first.
func bigEndianWord(_ bytes: [UInt8], at start: Int) -> Int {
  bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
}

func bigEndianBytes(_ number: UInt32) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
