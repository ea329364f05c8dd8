/// Bytes built from little-endian numbers.
public struct ByteWriter {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func append(_ number: Float) { append(number.bitPattern) }

  public mutating func append(contentsOf other: [UInt8]) { bytes += other }
}
