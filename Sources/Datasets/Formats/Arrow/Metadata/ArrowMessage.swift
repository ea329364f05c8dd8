import Support

/// A message of Arrow's IPC format: metadata, and a body of buffers.
struct ArrowMessage: Sendable {
  enum Kind: Equatable, Sendable {
    case schema, other
    case batch
    case dictionary(id: Int, isDelta: Bool)
  }

  let kind: Kind
  /// A FlatBuffers buffer, padded.
  let metadata: [UInt8]
  /// From the message's length to the end of its body.
  let bytes: Range<Int>
  let body: Range<Int>

  /// Some bytes for each buffer of a batch, or a schema.
  private static let metadataLimit = 64 << 20

  /// The message at a place; nil at the end of the stream, marked or not.
  ///
  /// - Parameter end: where messages end at the latest.
  init?(_ file: RandomAccessFile, at position: Int, end: Int) throws {
    guard position < end else { return nil }
    let cut = TableFailure(reason: "it is cut short in the message at byte \(position)")
    let head = try file.bytes(at: position, count: min(8, end - position))
    guard head.count >= 4 else { throw cut }
    // Before version 0.15 there was no mark before the length.
    let isMarked = head[..<4].allSatisfy { $0 == 0xFF }
    guard !isMarked || head.count == 8 else { throw cut }
    let size = Int(head[(isMarked ? 4 : 0)...].prefix(4).littleEndianInteger)
    if size == 0 { return nil }
    let start = position + (isMarked ? 8 : 4)
    guard (1...Self.metadataLimit).contains(size) else {
      throw TableFailure(reason: "it is no Arrow stream, or corrupt at byte \(position)")
    }
    guard size <= end - start else { throw cut }
    metadata = try file.bytes(at: start, count: size)
    let table = try FlatTable(metadata)
    let bodySize = Int(try table.number(3, default: Int64(0)))
    guard bodySize >= 0 else { throw FlatTable.failure }
    guard bodySize <= end - start - size else { throw cut }
    body = start + size..<start + size + bodySize
    bytes = position..<body.upperBound
    switch try table.number(1, default: UInt8(0)) {
    case 1: kind = .schema
    case 2:
      guard let header = try table.table(2) else { throw FlatTable.failure }
      kind = .dictionary(
        id: Int(try header.number(0, default: Int64(0))), isDelta: try header.bool(2))
    case 3: kind = .batch
    default: kind = .other
    }
  }

  /// The `Message` table.
  func table() throws -> FlatTable { try FlatTable(metadata) }
}
