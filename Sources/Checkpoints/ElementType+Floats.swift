extension ElementType {
  /// Types that are converted to Float.
  public static let readable: [ElementType] = [
    .float32, .float16, .bfloat16, .float64, .int64, .int32, .uint8,
  ]

  /// Little-endian elements of a readable type as Floats.
  func floats(of bytes: [UInt8]) -> [Float] {
    switch self {
    case .float32: convert(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: convert(bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bfloat16: convert(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64: convert(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int64: convert(bytes) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    case .int32: convert(bytes) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case .uint8: convert(bytes) { (bits: UInt8) in Float(bits) }
    default: preconditionFailure("ElementType: \(rawValue) is not readable")
    }
  }

  private func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ value: (Bits) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Bits>.size
    let count = bytes.count / size
    return bytes.withUnsafeBytes { source in
      [Float](unsafeUninitializedCapacity: count) { floats, filled in
        for index in 0..<count {
          let bits = source.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
          floats.initializeElement(at: index, to: value(Bits(littleEndian: bits)))
        }
        filled = count
      }
    }
  }
}
