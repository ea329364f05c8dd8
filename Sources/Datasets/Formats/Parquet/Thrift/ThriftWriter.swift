/// Writes structures of Thrift's compact protocol.
package struct ThriftWriter {
  private(set) var bytes: [UInt8] = []

  package static func bytes(_ structure: ThriftStructure) -> [UInt8] {
    var writer = ThriftWriter()
    writer.append(structure)
    return writer.bytes
  }

  private mutating func append(_ structure: ThriftStructure) {
    var last = 0
    for field in structure.fields {
      let type = Self.type(of: field.value)
      let step = field.id - last
      if (1...15).contains(step) {
        bytes.append(UInt8(step) << 4 | type.rawValue)
      } else {
        bytes.append(type.rawValue)
        append(zigzag: Int64(field.id))
      }
      last = field.id
      if case .bool = field.value { continue }
      append(field.value)
    }
    bytes.append(0)
  }

  private mutating func append(_ value: ThriftValue) {
    switch value {
    case .bool(let value): bytes.append(value ? 1 : 2)
    case .integer(let value, .byte): bytes.append(UInt8(truncatingIfNeeded: value))
    case .integer(let value, _): append(zigzag: value)
    case .double(let bits): withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
    case .binary(let value):
      append(varint: UInt64(value.count))
      bytes += value
    case .list(let values, let type, _):
      if values.count < 15 {
        bytes.append(UInt8(values.count) << 4 | type.rawValue)
      } else {
        bytes.append(0xF0 | type.rawValue)
        append(varint: UInt64(values.count))
      }
      for value in values { append(value) }
    case .map(let keys, let values, let keyType, let valueType):
      append(varint: UInt64(keys.count))
      if !keys.isEmpty { bytes.append(keyType.rawValue << 4 | valueType.rawValue) }
      for (key, value) in zip(keys, values) {
        append(key)
        append(value)
      }
    case .structure(let structure): append(structure)
    }
  }

  private static func type(of value: ThriftValue) -> ThriftType {
    switch value {
    case .bool(let value): value ? .yes : .no
    case .integer(_, let type): type
    case .double: .double
    case .binary: .binary
    case .list(_, of: _, let isSet): isSet ? .set : .list
    case .map: .map
    case .structure: .structure
    }
  }

  private mutating func append(zigzag value: Int64) {
    append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  private mutating func append(varint value: UInt64) { bytes.append(varint: value) }
}

extension [UInt8] {
  /// Adds a number in groups of 7 bits, the lowest first (LEB128).
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
