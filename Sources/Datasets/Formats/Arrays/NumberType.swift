/// How a number is stored: the types of NumPy's and of IDX files.
struct NumberType: Sendable, Equatable {
  enum Kind: Character, Sendable {
    case unsigned = "u"
    case signed = "i"
    case float = "f"
    case truth = "b"
  }

  let kind: Kind
  /// Bytes.
  let size: Int
  let isBigEndian: Bool

  init(_ kind: Kind, _ size: Int, isBigEndian: Bool = false) {
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian
  }

  /// NumPy's word for it, such as `|u1` or `<f4`; nil for what is not read, such as objects.
  init?(descriptor: String) {
    let letters = Array(descriptor)
    guard letters.count >= 3, "<>|=".contains(letters[0]), let kind = Kind(rawValue: letters[1]),
      let size = Int(String(letters[2...])), [1, 2, 4, 8].contains(size),
      kind != .float || size > 1, kind != .truth || size == 1
    else { return nil }
    self.init(kind, size, isBigEndian: letters[0] == ">")
  }

  /// The type code of an IDX file, whose numbers are big-endian.
  init?(code: UInt8) {
    switch code {
    case 0x08: self.init(.unsigned, 1, isBigEndian: true)
    case 0x09: self.init(.signed, 1, isBigEndian: true)
    case 0x0B: self.init(.signed, 2, isBigEndian: true)
    case 0x0C: self.init(.signed, 4, isBigEndian: true)
    case 0x0D: self.init(.float, 4, isBigEndian: true)
    case 0x0E: self.init(.float, 8, isBigEndian: true)
    default: return nil
    }
  }

  /// The number at a byte.
  func value(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
    func load<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number {
      let number = bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
      return isBigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
    }
    switch (kind, size) {
    case (.float, 2): return Double(Float16(bitPattern: load(UInt16.self)))
    case (.float, 4): return Double(Float(bitPattern: load(UInt32.self)))
    case (.float, _): return Double(bitPattern: load(UInt64.self))
    case (.signed, 1): return Double(load(Int8.self))
    case (.signed, 2): return Double(load(Int16.self))
    case (.signed, 4): return Double(load(Int32.self))
    case (.signed, _): return Double(load(Int64.self))
    case (_, 1): return Double(load(UInt8.self))
    case (_, 2): return Double(load(UInt16.self))
    case (_, 4): return Double(load(UInt32.self))
    default: return Double(load(UInt64.self))
    }
  }

  /// The bytes of a number, which must be in the type's range.
  func bytes(_ value: Double) -> [UInt8] {
    func store<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: isBigEndian ? number.bigEndian : number.littleEndian) { Array($0) }
    }
    switch (kind, size) {
    case (.float, 2): return store(Float16(value).bitPattern)
    case (.float, 4): return store(Float(value).bitPattern)
    case (.float, _): return store(value.bitPattern)
    case (.signed, 1): return store(Int8(value))
    case (.signed, 2): return store(Int16(value))
    case (.signed, 4): return store(Int32(value))
    case (.signed, _): return store(Int64(value))
    case (_, 1): return store(UInt8(value))
    case (_, 2): return store(UInt16(value))
    case (_, 4): return store(UInt32(value))
    default: return store(UInt64(value))
    }
  }
}
