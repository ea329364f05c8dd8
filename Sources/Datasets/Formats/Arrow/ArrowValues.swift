import Support

/// The values of an array without parts, its buffers read whole.
struct ArrowValues: Sendable {
  let count: Int
  private let layout: ArrowField.Layout
  /// A bit for each value; empty if all are there.
  let validity: [UInt8]
  private let offsets: [UInt8]
  private let data: [UInt8]

  /// Bytes of a buffer after decompression; a batch has some thousand images.
  private static let sizeLimit = 1 << 30

  var size: Int { validity.count + offsets.count + data.count }

  init(_ array: ArrowArray, in batch: ArrowBatch, of file: RandomAccessFile) throws {
    count = array.count
    layout = array.field.layout
    let buffers = try array.buffers.map {
      try Self.contents(of: $0.bytes, method: batch.method, file: file)
    }
    let name = array.field.name
    let isWhole: Bool
    switch layout {
    case .bits:
      (validity, offsets, data) = (buffers[0], [], buffers[1])
      isWhole = data.count * 8 >= count
    case .fixed(let width):
      (validity, offsets, data) = (buffers[0], [], buffers[1])
      isWhole = data.count / max(width, 1) >= count
    case .variable(let offset):
      (validity, offsets, data) = (buffers[0], buffers[1], buffers[2])
      isWhole = count == 0 || offsets.count / offset > count
    default: throw TableFailure(reason: "column '\(name)' is of a type that is not read")
    }
    guard isWhole, validity.isEmpty || validity.count * 8 >= count else {
      throw TableFailure(reason: "a buffer of column '\(name)' is cut short")
    }
  }

  /// A buffer as it was before compression.
  static func contents(
    of bytes: Range<Int>, method: CompressionMethod, file: RandomAccessFile
  ) throws -> [UInt8] {
    let stored = try file.bytes(at: bytes.lowerBound, count: bytes.count)
    guard method != .none, !stored.isEmpty else { return stored }
    guard stored.count >= 8 else { throw TableFailure(reason: "a buffer is cut short") }
    // -1 tells that compression did not pay.
    let size = Int(stored.prefix(8).littleEndianInteger)
    if size == -1 { return Array(stored.dropFirst(8)) }
    guard (0...sizeLimit).contains(size) else {
      throw TableFailure(reason: "a buffer of \(size) bytes is too large")
    }
    return size == 0 ? [] : try method.decompress(stored.dropFirst(8), size: size)
  }

  func isValid(_ row: Int) -> Bool { Self.bit(row, of: validity) ?? true }

  static func bit(_ row: Int, of bitmap: [UInt8]) -> Bool? {
    bitmap.isEmpty ? nil : bitmap[row / 8] >> UInt8(row % 8) & 1 == 1
  }

  /// The bytes of a value, a byte for a truth value; nil for null.
  func value(_ row: Int) throws -> ArraySlice<UInt8>? {
    guard isValid(row) else { return nil }
    switch layout {
    case .bits: return [data[row / 8] >> UInt8(row % 8) & 1]
    case .fixed(let width): return data[row * width..<(row + 1) * width]
    default:
      let (start, end) = (try offset(row), try offset(row + 1))
      guard 0 <= start, start <= end, end <= data.count else {
        throw TableFailure(reason: "an offset is beyond its buffer")
      }
      return data[start..<end]
    }
  }

  private func offset(_ index: Int) throws -> Int {
    guard case .variable(let size) = layout else { return 0 }
    return Int(offsets[index * size..<(index + 1) * size].littleEndianInteger)
  }
}
