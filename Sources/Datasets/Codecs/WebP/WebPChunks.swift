/// The chunks of a WebP file, which is a RIFF file.
struct WebPChunks {
  struct Chunk {
    let type: String
    /// Its contents, among the file's bytes.
    let contents: Range<Int>
    /// With type, size and padding.
    let whole: Range<Int>
  }

  static let headerSize = 12

  let bytes: [UInt8]
  private(set) var chunks: [Chunk] = []
  /// Behind the last chunk that is all there.
  private(set) var end = headerSize

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard WebP.recognizes(bytes) else { throw ImageFailure(reason: "it is not a WebP image") }
    let size = 8 + Self.number(bytes, at: 4, bytes: 4)
    let limit = min(bytes.count, size)
    while end + 8 <= limit {
      let count = Self.number(bytes, at: end + 4, bytes: 4)
      guard count <= limit - end - 8 else { return }
      let type = String(decoding: bytes[end..<end + 4], as: UTF8.self)
      let next = min(end + 8 + count + count % 2, limit)
      chunks.append(Chunk(type: type, contents: end + 8..<end + 8 + count, whole: end..<next))
      end = next
    }
  }

  /// A little-endian number.
  static func number(_ bytes: [UInt8], at start: Int, bytes count: Int) -> Int {
    bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func contents(_ type: String) -> ArraySlice<UInt8>? {
    chunks.first { $0.type == type }.map { bytes[$0.contents] }
  }

  /// The orientation in EXIF or XMP metadata.
  var orientation: ImageOrientation {
    contents("EXIF").flatMap { ImageOrientation(exif: Array($0)) }
      ?? contents("XMP ").flatMap { ImageOrientation(xmp: Array($0)) } ?? .upright
  }

  /// The file with another chunk of pixels in the place of the one of the same type; all other
  /// chunks, and what follows the last, keep their bytes.
  func replacing(_ type: String, by other: WebPChunks) throws -> [UInt8] {
    guard let old = chunks.first(where: { $0.type == type }),
      let new = other.contents(type)
    else { throw ImageFailure(reason: "the WebP data are corrupt (no \(type) chunk)") }
    let size = withUnsafeBytes(of: UInt32(new.count).littleEndian) { Array($0) }
    let chunk = Array(type.utf8) + size + new + (new.count % 2 == 1 ? [0] : [])
    var file = bytes[..<old.whole.lowerBound] + chunk + bytes[old.whole.upperBound...]
    let growth = chunk.count - old.whole.count
    let total = UInt32(Self.number(bytes, at: 4, bytes: 4) + growth)
    file.replaceSubrange(4..<8, with: withUnsafeBytes(of: total.littleEndian) { Array($0) })
    return Array(file)
  }
}
