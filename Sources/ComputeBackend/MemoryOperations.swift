/// Allocation, transfer, and moves that change no value.
public protocol MemoryOperations {
  /// A buffer of at least `count` 4-byte elements with undefined contents.
  ///
  /// When memory is out the failure is sticky, and the buffer must not be relied on.
  func makeBuffer(count: Int) -> Buffer
  /// Copies host data to the device; the host array may be reused at once. `Element` is 4 bytes.
  func upload<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, to slice: BufferSlice)
  /// Waits for all encoded work, then copies to the host. `Element` is 4 bytes.
  func download<Element: BitwiseCopyable>(
    _ slice: BufferSlice, to values: UnsafeMutableBufferPointer<Element>) throws
  /// Waits for all encoded work and throws the first failure since the last wait.
  func synchronize() throws
  /// Sets every element.
  func fill(_ slice: BufferSlice, with value: Float)
  /// `into` = `source`, equal counts; does not convert.
  func copy(_ source: BufferSlice, into: BufferSlice)
  /// Transposes a row-major array of up to 5 axes: the output's axis `i` is `source`'s `axes[i]`.
  func permute(_ source: BufferSlice, shape: [Int], axes: [Int], into: BufferSlice)
  /// Copies `rows` rows of `columns` elements between two row pitches: concatenates and slices.
  func copyBlock(
    _ source: BufferSlice, sourcePitch: Int, into: BufferSlice, intoPitch: Int,
    rows: Int, columns: Int)
  /// Row `i` of `into` = row `indices[i]` of `table`; rows of `columns` elements, `indices` Int32.
  func gatherRows(
    _ table: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice)
  /// Adds row `i` of `source` to row `indices[i]` of `into`; repeated indices add up.
  func scatterAddRows(
    _ source: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice)
  /// `into[i]` = `table[byte i]`, from bytes of which an Int32 element holds four, the first one in
  /// its lowest bits; `table` has 256 elements.
  func unpackBytes(_ bytes: BufferSlice, table: BufferSlice, into: BufferSlice)
  /// Byte i of `into`, packed likewise, = `source[i]` cut to a whole number in 0 … 255, 0 for NaN;
  /// what is left of the last element is 0.
  func packBytes(_ source: BufferSlice, into: BufferSlice)
}

extension MemoryOperations {
  /// Copies an array to the device.
  public func upload<Element: BitwiseCopyable>(_ values: [Element], to slice: BufferSlice) {
    values.withUnsafeBufferPointer { upload($0, to: slice) }
  }

  /// Waits, then returns the elements as floats.
  public func downloadFloats(_ slice: BufferSlice) throws -> [Float] {
    var values = [Float](repeating: 0, count: slice.count)
    try values.withUnsafeMutableBufferPointer { try download(slice, to: $0) }
    return values
  }

  /// Waits, then returns the elements as integers.
  public func downloadInt32(_ slice: BufferSlice) throws -> [Int32] {
    var values = [Int32](repeating: 0, count: slice.count)
    try values.withUnsafeMutableBufferPointer { try download(slice, to: $0) }
    return values
  }
}
