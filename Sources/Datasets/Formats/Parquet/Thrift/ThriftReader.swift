/// Reads structures of Thrift's compact protocol ("Thrift Compact protocol encoding").
package struct ThriftReader {
  package enum Failure: Error {
    /// The bytes end within a value.
    case endsEarly
    case invalid(String)
  }

  private let bytes: ArraySlice<UInt8>
  /// The index of the next byte.
  private(set) var position: Int

  /// Structures within structures; Parquet's own go to 8.
  private static let depthLimit = 32

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  package mutating func structure() throws(Failure) -> ThriftStructure { try structure(depth: 0) }

  private mutating func structure(depth: Int) throws(Failure) -> ThriftStructure {
    guard depth < Self.depthLimit else { throw .invalid("too deeply nested") }
    var result = ThriftStructure()
    var id = 0
    while true {
      let header = try byte()
      if header == 0 { return result }
      guard let type = ThriftType(rawValue: header & 0xF) else {
        throw .invalid("a field of an unknown type")
      }
      id = header >> 4 == 0 ? Int(try zigzag()) : id + Int(header >> 4)
      guard (Int(Int16.min)...Int(Int16.max)).contains(id) else {
        throw .invalid("a field number out of range")
      }
      switch type {
      case .yes: result.append(id, .bool(true))
      case .no: result.append(id, .bool(false))
      default: result.append(id, try value(type, depth: depth))
      }
    }
  }

  private mutating func value(_ type: ThriftType, depth: Int) throws(Failure) -> ThriftValue {
    switch type {
    // As an element; a field's header holds its value.
    case .yes, .no: .bool(try byte() == 1)
    case .byte: .integer(Int64(Int8(bitPattern: try byte())), .byte)
    case .int16, .int32, .int64: .integer(try zigzag(), type)
    case .double:
      .double(bits: try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    case .binary: .binary(Array(try take(try count(elementSize: 1))))
    case .list, .set: try list(isSet: type == .set, depth: depth + 1)
    case .map: try map(depth: depth + 1)
    case .structure: .structure(try structure(depth: depth + 1))
    }
  }

  private mutating func list(isSet: Bool, depth: Int) throws(Failure) -> ThriftValue {
    guard depth < Self.depthLimit else { throw .invalid("too deeply nested") }
    let header = try byte()
    guard let type = ThriftType(rawValue: header & 0xF) else {
      throw .invalid("a list of an unknown type")
    }
    var size = Int(header >> 4)
    if size == 15 { size = try count(elementSize: 1) }
    // Each element takes at least a byte.
    guard size <= bytes.endIndex - position else { throw .endsEarly }
    var values: [ThriftValue] = []
    values.reserveCapacity(size)
    for _ in 0..<size { values.append(try value(type, depth: depth)) }
    return .list(values, of: type, isSet: isSet)
  }

  private mutating func map(depth: Int) throws(Failure) -> ThriftValue {
    guard depth < Self.depthLimit else { throw .invalid("too deeply nested") }
    let size = try count(elementSize: 2)
    guard size > 0 else { return .map([], [], of: .yes, .yes) }
    let types = try byte()
    guard let key = ThriftType(rawValue: types >> 4), let item = ThriftType(rawValue: types & 0xF)
    else { throw .invalid("a map of an unknown type") }
    var (keys, items): ([ThriftValue], [ThriftValue]) = ([], [])
    for _ in 0..<size {
      keys.append(try value(key, depth: depth))
      items.append(try value(item, depth: depth))
    }
    return .map(keys, items, of: key, item)
  }

  /// A count of elements, no more than the rest of the bytes can hold.
  private mutating func count(elementSize: Int) throws(Failure) -> Int {
    let number = try varint()
    guard number <= UInt64((bytes.endIndex - position) / elementSize) else { throw .endsEarly }
    return Int(number)
  }

  private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= bytes.endIndex - position else { throw .endsEarly }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func byte() throws(Failure) -> UInt8 {
    guard position < bytes.endIndex else { throw .endsEarly }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func zigzag() throws(Failure) -> Int64 {
    let number = try varint()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let next = try byte()
      number |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return number }
    }
    throw .invalid("a number without end")
  }
}
