import Foundation
import TestSupport

extension TemporaryFolder {
  /// A safetensors file of a header text and data, with a header length that may lie.
  func safetensors(_ header: [UInt8], length: UInt64? = nil, data: [UInt8] = []) throws -> URL {
    let count = length ?? UInt64(header.count)
    let prefix = withUnsafeBytes(of: count.littleEndian) { Array($0) }
    return try file("x.safetensors", prefix + header + data)
  }
}
