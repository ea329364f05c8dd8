import Support

/// The footer of an Arrow IPC file: the places of its messages.
struct ArrowFooter {
  /// A FlatBuffers buffer.
  private(set) var bytes: [UInt8]
  /// Where the entries of dictionaries and record batches lie in it.
  private let blocks: [Int]
  /// Where it lies in the file.
  let range: Range<Int>

  /// An entry: the message's place, the size of its metadata, and that of its body.
  private static let blockSize = 24
  private static let limit = 64 << 20

  init(_ file: RandomAccessFile) throws {
    let tailSize = 4 + ArrowFile.magic.count
    let failure = TableFailure(reason: "it does not end as an Arrow file does")
    guard file.size >= 8 + tailSize else { throw failure }
    let tail = try file.bytes(at: file.size - tailSize, count: tailSize)
    let size = Int(tail.prefix(4).littleEndianInteger)
    guard tail.dropFirst(4).elementsEqual(ArrowFile.magic),
      (4...Self.limit).contains(size), size <= file.size - tailSize - 8
    else { throw failure }
    range = file.size - tailSize - size..<file.size - tailSize
    bytes = try file.bytes(at: range.lowerBound, count: size)
    let table = try FlatTable(bytes)
    blocks = try [2, 3].flatMap { field in
      let (start, count) = try table.vector(field, elementSize: Self.blockSize)
      return (0..<count).map { start + Self.blockSize * $0 }
    }
  }

  /// Where each dictionary and each record batch begins.
  func batchStarts() throws -> [Int] {
    let table = try FlatTable(bytes)
    return try blocks.map { try table.int64(at: $0) }
  }

  /// Notes that messages lie elsewhere, with bodies of other sizes.
  mutating func move(_ places: [Int: (start: Int, bodySize: Int)]) throws {
    for (block, start) in zip(blocks, try batchStarts()) {
      guard let place = places[start] else { continue }
      bytes.set(int64: place.start, at: block)
      bytes.set(int64: place.bodySize, at: block + 16)
    }
  }
}
