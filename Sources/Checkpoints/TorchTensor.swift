/// Where a tensor of a PyTorch file lies in its storage.
struct TorchTensor: Sendable {
  var storage: String
  var type: ElementType
  /// In elements.
  var offset: Int
  var shape: [Int]
  /// In elements, one an axis.
  var strides: [Int]

  /// Bytes of an element.
  var size: Int { type.bits / 8 }
  /// Number of elements.
  let count: Int
  /// One past the last element that is used; 0 if there is none.
  let end: Int

  init(
    storage: String, type: ElementType, offset: Int, shape: [Int], strides: [Int]
  ) throws(TorchFailure) {
    self.storage = storage
    self.type = type
    self.offset = offset
    self.shape = shape
    self.strides = strides
    guard shape.count == strides.count else {
      throw TorchFailure("a tensor has \(shape.count) sizes and \(strides.count) strides")
    }
    // PyTorch has at most 64 axes.
    guard shape.count <= 64, offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }) else {
      throw TorchFailure("a tensor has the offset \(offset), sizes \(shape), strides \(strides)")
    }
    guard let count = Self.product(shape),
      let end = shape.contains(0) ? 0 : Self.end(offset, shape, strides),
      count <= Int.max / 16, end <= Int.max / 16
    else { throw TorchFailure("a tensor of the shape \(shape) is too large") }
    self.count = count
    self.end = end
  }

  private static func product(_ sizes: [Int]) -> Int? {
    var result = 1
    // A size of 0 anywhere makes 0 of what would overflow.
    for size in sizes.contains(0) ? [0] : sizes {
      let (value, overflows) = result.multipliedReportingOverflow(by: size)
      if overflows { return nil }
      result = value
    }
    return result
  }

  private static func end(_ offset: Int, _ shape: [Int], _ strides: [Int]) -> Int? {
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (reach, overflows) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, exceeds) = last.addingReportingOverflow(reach)
      if overflows || exceeds { return nil }
      last = sum
    }
    return last.addingReportingOverflow(1).overflow ? nil : last + 1
  }

  /// Whether the elements follow each other in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The elements in row-major order out of the bytes of the storage's elements `offset..<end`.
  func gather(_ stored: [UInt8]) -> [UInt8] {
    if isContiguous { return stored }
    let size = size
    return [UInt8](unsafeUninitializedCapacity: count * size) { target, filled in
      stored.withUnsafeBytes { source in
        var index = [Int](repeating: 0, count: shape.count)
        var position = 0
        for element in 0..<count {
          for byte in 0..<size {
            target.initializeElement(
              at: element * size + byte, to: source[position * size + byte])
          }
          for axis in shape.indices.reversed() {
            index[axis] += 1
            position += strides[axis]
            if index[axis] < shape[axis] { break }
            position -= shape[axis] * strides[axis]
            index[axis] = 0
          }
        }
      }
      filled = count * size
    }
  }
}

/// A fault of a PyTorch file without the file's name.
struct TorchFailure: Error {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}
