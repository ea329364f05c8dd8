import Support

/// Where the bytes of a PyTorch file's storages lie.
struct TorchStorages: Sendable {
  enum Place: Sendable {
    /// Bytes of the file.
    case range(Range<Int>)
    /// A compressed member of the archive.
    case compressed(ZipFile.Member)
  }

  var places: [String: Place]
  var isBigEndian: Bool
  let file: RandomAccessFile
  let archive: ZipFile?

  /// The bytes of a storage's elements, little-endian.
  func bytes(_ elements: Range<Int>, of tensor: TorchTensor) throws -> [UInt8] {
    let range = elements.lowerBound * tensor.size..<elements.upperBound * tensor.size
    guard !range.isEmpty, let place = places[tensor.storage] else { return [] }
    var bytes: [UInt8]
    switch place {
    case .range(let whole):
      bytes = try file.bytes(at: whole.lowerBound + range.lowerBound, count: range.count)
    case .compressed(let member):
      guard let archive else { preconditionFailure("TorchStorages: no archive") }
      bytes = Array(try archive.contents(of: member, limit: member.size)[range])
    }
    // Complex numbers are two numbers.
    let size = tensor.type == .complex64 ? 4 : tensor.size
    if isBigEndian, size > 1 {
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<start + size].reverse()
      }
    }
    return bytes
  }
}
