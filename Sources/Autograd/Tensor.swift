import ComputeBackend

/// A contiguous array of 32-bit floats on a device, with the history that gradients need.
///
/// A value: its elements do not change, and functions return new tensors. Images are
/// `[N, H, W, C]`, convolution weights `[O, kH, kW, I / groups]`.
///
///     let x = Tensor([1, 2, 3], shape: [3], on: backend).variable()
///     let slope = gradient(of: x.square().sum(), wrt: [x])[0]  // 2, 4, 6
public struct Tensor: Sendable {
  public let shape: [Int]
  public let slice: BufferSlice
  public let backend: any ComputeBackend
  /// How the tensor was made; `nil` if no gradient flows through it.
  let node: Node?

  init(shape: [Int], slice: BufferSlice, backend: any ComputeBackend, node: Node?) {
    self.shape = shape
    self.slice = slice
    self.backend = backend
    self.node = node
  }

  /// Wraps memory that holds as many elements as `shape` says.
  public init(slice: BufferSlice, shape: [Int], on backend: any ComputeBackend) {
    precondition(
      shape.elementCount == slice.count, "Tensor: \(slice.count) elements for shape \(shape)")
    self.init(shape: shape, slice: slice, backend: backend, node: nil)
  }

  /// Copies host data to the device.
  public init(_ values: [Float], shape: [Int], on backend: any ComputeBackend) {
    precondition(
      shape.elementCount == values.count, "Tensor: \(values.count) values for shape \(shape)")
    self = .empty(shape, on: backend)
    backend.upload(values, to: slice)
  }

  /// A tensor with undefined elements.
  public static func empty(_ shape: [Int], on backend: any ComputeBackend) -> Tensor {
    let count = shape.elementCount
    return Tensor(slice: backend.makeBuffer(count: count)[count], shape: shape, on: backend)
  }

  public static func zeros(_ shape: [Int], on backend: any ComputeBackend) -> Tensor {
    full(0, shape, on: backend)
  }

  /// A tensor whose elements are all `value`.
  public static func full(
    _ value: Float, _ shape: [Int], on backend: any ComputeBackend
  ) -> Tensor {
    let result = Tensor.empty(shape, on: backend)
    backend.fill(result.slice, with: value)
    return result
  }

  public var count: Int { slice.count }

  /// Whether `gradient` can be asked for this tensor, or flows through it.
  public var requiresGradient: Bool { node != nil }

  /// Whether functions of this tensor, called now, are recorded.
  public var isRecorded: Bool { node != nil && Recording.isOn }

  /// A new leaf over the same memory that gradients can be asked for.
  public func variable() -> Tensor {
    Tensor(shape: shape, slice: slice, backend: backend, node: Node(shape: shape))
  }

  /// The same memory without history.
  public func detached() -> Tensor {
    Tensor(shape: shape, slice: slice, backend: backend, node: nil)
  }

  /// Waits for the device and returns the elements.
  public func values() throws -> [Float] { try backend.downloadFloats(slice) }

  /// Waits for the device and returns the only element.
  public func item() throws -> Float {
    precondition(count == 1, "Tensor.item: shape \(shape) has \(count) elements")
    return try values()[0]
  }
}

extension Tensor {
  /// The tensor as `[outer, middle, inner]` = [first axis, axes between, last axis].
  ///
  /// A vector is all `inner`.
  public var block: BlockShape {
    guard shape.count > 1, let channels = shape.last else { return BlockShape(inner: count) }
    return BlockShape(
      outer: shape[0], middle: shape.dropFirst().dropLast().reduce(1, *), inner: channels)
  }

  /// The tensor as rows along its last axis: `outer` is their number.
  var rowBlock: BlockShape {
    let columns = shape.last ?? 1
    return BlockShape(outer: columns == 0 ? 0 : count / columns, inner: columns)
  }
}

extension [Int] {
  /// Elements of an array of this shape.
  public var elementCount: Int { reduce(1, *) }
}
