import ComputeBackend

/// A contiguous array of 32-bit integers on a device: labels, row numbers, random streams.
public struct IndexTensor: Sendable {
  public let shape: [Int]
  public let slice: BufferSlice
  public let backend: any ComputeBackend

  /// Wraps memory that holds as many integers as `shape` says.
  public init(slice: BufferSlice, shape: [Int], on backend: any ComputeBackend) {
    precondition(
      shape.elementCount == slice.count, "IndexTensor: \(slice.count) elements for shape \(shape)")
    self.shape = shape
    self.slice = slice
    self.backend = backend
  }

  /// Copies host data to the device.
  public init(_ values: [Int32], shape: [Int], on backend: any ComputeBackend) {
    precondition(
      shape.elementCount == values.count, "IndexTensor: \(values.count) values for shape \(shape)")
    self = .empty(shape, on: backend)
    backend.upload(values, to: slice)
  }

  static func empty(_ shape: [Int], on backend: any ComputeBackend) -> IndexTensor {
    let count = shape.elementCount
    return IndexTensor(slice: backend.makeBuffer(count: count)[count], shape: shape, on: backend)
  }

  public var count: Int { slice.count }

  /// Waits for the device and returns the elements.
  public func values() throws -> [Int32] { try backend.downloadInt32(slice) }

  /// Elements `range` of the first axis, in the same memory.
  public func rows(_ range: Range<Int>) -> IndexTensor {
    let columns = shape.dropFirst().reduce(1, *)
    return IndexTensor(
      slice: slice.range(from: range.lowerBound * columns, count: range.count * columns),
      shape: [range.count] + shape.dropFirst(), on: backend)
  }
}
