/// A backend whose arguments are checked before each operation: the one place where they are.
///
/// Backends rely on it and check nothing but what lies in device memory, such as indices. What they
/// call among themselves is not checked again.
///
///     let backend = ValidatedBackend(try CPUBackend())
public final class ValidatedBackend<Base: ComputeBackend>: ComputeBackend {
  /// The backend that does the work.
  public let base: Base

  public init(_ base: Base) { self.base = base }

  public var description: DeviceDescription { base.description }
  public var pool: BufferPool { base.pool }
  public var sufficientFlops: Int { base.sufficientFlops }
}

/// Stops the program unless each operand is absent or has as many elements as the shape asks for.
///
/// Unlike `precondition` it says why in release builds too.
@inline(__always)
func check<Shape>(
  _ operation: StaticString, _ shape: @autoclosure () -> Shape,
  _ operands: (name: StaticString, slice: BufferSlice?, count: Int)...
) {
  for (name, slice, count) in operands {
    guard let slice, slice.count != count else { continue }
    fatalError(
      "\(operation): \(name) has \(slice.count) elements instead of \(count) for \(shape())")
  }
}

/// Stops the program where operands that no shape describes disagree.
@inline(__always)
func check(
  _ operation: StaticString, _ condition: Bool, _ detail: @autoclosure () -> String
) {
  guard condition else { fatalError("\(operation): \(detail())") }
}

extension ValidatedBackend: PeakMeasurement where Base: PeakMeasurement {
  public var multiplyAddElements: Int { base.multiplyAddElements }

  public func repeatMultiplyAdd(
    _ values: BufferSlice, factor: Float, addend: Float, count: Int
  ) {
    check("repeatMultiplyAdd", count >= 0, "\(count) times")
    base.repeatMultiplyAdd(values, factor: factor, addend: addend, count: count)
  }
}
