/// A table in a FlatBuffers buffer, in which each place is checked before it is read.
struct FlatTable {
  /// The whole buffer.
  let bytes: [UInt8]
  private let position: Int
  private let vtable: Range<Int>

  static let failure = TableFailure(reason: "its metadata are corrupt")

  /// The table that a buffer begins with.
  init(_ bytes: [UInt8]) throws { try self.init(bytes, at: Self.target(in: bytes, of: 0)) }

  private init(_ bytes: [UInt8], at position: Int) throws {
    self.bytes = bytes
    self.position = position
    let start = position - Int(try Self.read(Int32.self, in: bytes, at: position))
    let size = Int(try Self.read(UInt16.self, in: bytes, at: start))
    guard size >= 4, start <= bytes.count - size else { throw Self.failure }
    vtable = start..<start + size
  }

  private static func read<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, in bytes: [UInt8], at position: Int
  ) throws -> Number {
    guard position >= 0, position <= bytes.count - MemoryLayout<Number>.size else {
      throw failure
    }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
  }

  /// Where the offset at a place leads to.
  private static func target(in bytes: [UInt8], of position: Int) throws -> Int {
    position + Int(try read(UInt32.self, in: bytes, at: position))
  }

  /// Where a field's value lies; nil if it has its default.
  func place(of field: Int) throws -> Int? {
    let entry = 4 + 2 * field
    guard entry + 2 <= vtable.count else { return nil }
    let offset = Int(try Self.read(UInt16.self, in: bytes, at: vtable.lowerBound + entry))
    return offset == 0 ? nil : position + offset
  }

  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ field: Int, default value: Number
  ) throws -> Number {
    try place(of: field).map { try Self.read(Number.self, in: bytes, at: $0) } ?? value
  }

  func bool(_ field: Int, default value: Bool = false) throws -> Bool {
    try number(field, default: UInt8(value ? 1 : 0)) != 0
  }

  func table(_ field: Int) throws -> FlatTable? {
    try place(of: field).map { try FlatTable(bytes, at: try Self.target(in: bytes, of: $0)) }
  }

  /// Where the elements of a vector lie; empty if it is absent.
  func vector(_ field: Int, elementSize: Int) throws -> (position: Int, count: Int) {
    guard let place = try place(of: field) else { return (0, 0) }
    let start = try Self.target(in: bytes, of: place)
    let count = Int(try Self.read(UInt32.self, in: bytes, at: start))
    guard count <= (bytes.count - start - 4) / elementSize else { throw Self.failure }
    return (start + 4, count)
  }

  func tables(_ field: Int) throws -> [FlatTable] {
    let (position, count) = try vector(field, elementSize: 4)
    return try (0..<count).map {
      try FlatTable(bytes, at: try Self.target(in: bytes, of: position + 4 * $0))
    }
  }

  func string(_ field: Int) throws -> [UInt8]? {
    guard try place(of: field) != nil else { return nil }
    let (position, count) = try vector(field, elementSize: 1)
    return Array(bytes[position..<position + count])
  }

  /// A number within a vector of structures.
  func int64(at position: Int) throws -> Int {
    Int(try Self.read(Int64.self, in: bytes, at: position))
  }

  func int32(at position: Int) throws -> Int {
    Int(try Self.read(Int32.self, in: bytes, at: position))
  }
}

extension [UInt8] {
  /// Overwrites 8 bytes, little-endian.
  mutating func set(int64 value: Int, at position: Int) {
    Swift.withUnsafeBytes(of: Int64(value).littleEndian) {
      replaceSubrange(position..<position + 8, with: $0)
    }
  }
}
