import Foundation

/// FNV-1a in 64 bits over bytes: notices a torn or altered record (not for security).
package struct Checksum {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var state = value
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    value = state
  }

  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }

  /// Hexadecimal checksum of a file that may be large.
  package static func ofFile(_ url: URL) throws -> String {
    guard let handle = try? FileHandle(forReadingFrom: url) else {
      throw RunError.fileSystem(path: url.path, reason: "it cannot be read")
    }
    defer { try? handle.close() }
    var checksum = Checksum()
    while let part = try handle.read(upToCount: 1 << 22), !part.isEmpty {
      part.withUnsafeBytes { checksum.add($0) }
    }
    return String(checksum.value, radix: 16)
  }
}
