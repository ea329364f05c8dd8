import Support

/// An array, or a number as an array of rank 0, as NumPy pickles them.
public struct PickleArray: Sendable, Equatable {
  /// NumPy's word for the element type: byte order (`<`, `>` or `|`), kind, bytes; as `|u1`, `<f4`.
  public var descriptor: String
  public var shape: [Int]
  /// Whether the first index runs fastest.
  public var isFortranOrder: Bool
  /// As many as the shape and the element type need.
  public let bytes: [UInt8]

  /// Bytes in row-major order.
  public init(descriptor: String, shape: [Int], bytes: [UInt8]) {
    self.descriptor = descriptor
    self.shape = shape
    isFortranOrder = false
    self.bytes = bytes
  }

  init(
    type: PickleArrayType, shape: [Int], isFortranOrder: Bool, bytes: [UInt8]
  ) throws(PickleFailure) {
    var size = type.size
    for side in shape {
      let (product, overflows) = size.multipliedReportingOverflow(by: side)
      guard side >= 0, !overflows else { throw PickleFailure("an array of the shape \(shape)") }
      size = product
    }
    guard shape.count <= 32, size == bytes.count else {
      throw PickleFailure(
        "an array of the shape \(shape) and type \(type.descriptor) with \(bytes.count) bytes")
    }
    descriptor = type.descriptor
    self.shape = shape
    self.isFortranOrder = isFortranOrder
    self.bytes = bytes
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Bytes of an element.
  public var elementSize: Int { count == 0 ? 0 : bytes.count / count }

  /// The bytes with the last index running fastest; byte order as in `descriptor`.
  public var rowMajorBytes: [UInt8] {
    guard isFortranOrder, shape.count > 1, count > 1 else { return bytes }
    let size = elementSize
    var strides: [Int] = []
    var stride = size
    for side in shape {
      strides.append(stride)
      stride *= side
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    for _ in 0..<count {
      result += bytes[position..<position + size]
      for axis in shape.indices.reversed() {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= shape[axis] * strides[axis]
        index[axis] = 0
      }
    }
    return result
  }

  /// The elements in row-major order if they are integers or truth values that 64 bits with a sign
  /// can hold.
  public func integers() -> [Int]? {
    let kind = descriptor.dropFirst().first
    guard kind == "i" || kind == "u" || kind == "b" else { return nil }
    let size = elementSize
    let isBigEndian = descriptor.hasPrefix(">")
    let bytes = rowMajorBytes
    var result: [Int] = []
    result.reserveCapacity(count)
    for element in 0..<count {
      var pattern: UInt64 = 0
      for place in 0..<size {
        let byte = bytes[element * size + (isBigEndian ? place : size - 1 - place)]
        pattern = pattern << 8 | UInt64(byte)
      }
      let unused = UInt64(64 - 8 * size)
      if kind == "i" {
        result.append(Int(Int64(bitPattern: pattern << unused) >> Int64(unused)))
      } else {
        guard let value = Int(exactly: pattern) else { return nil }
        result.append(value)
      }
    }
    return result
  }
}
