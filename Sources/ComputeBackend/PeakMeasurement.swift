/// Arithmetic at a device's limit, as a loop that does nothing else: what benchmarks compare with.
///
/// Not part of `ComputeBackend`, as no network needs it: a backend conforms if it can be measured.
public protocol PeakMeasurement: ComputeBackend {
  /// Elements that `repeatMultiplyAdd` needs to keep all of the device's units busy.
  var multiplyAddElements: Int { get }
  /// `values[i]` ← `values[i]`·factor + addend, `count` times over in registers.
  ///
  /// 2·count·values.count floating-point operations, each step waiting for the one before.
  func repeatMultiplyAdd(_ values: BufferSlice, factor: Float, addend: Float, count: Int)
}
