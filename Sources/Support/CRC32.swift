import CZlib

/// The cyclic redundancy check of IEEE 802.3, as zip, gzip and PNG have it.
public struct CRC32 {
  public private(set) var value: UInt32 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(value), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }

  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var check = CRC32()
    bytes.withUnsafeBytes { check.update($0) }
    return check.value
  }
}
