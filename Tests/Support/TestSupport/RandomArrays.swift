import ComputeBackend

extension PhiloxGenerator {
  /// Normal numbers.
  public mutating func normals(
    _ count: Int, mean: Float = 0, deviation: Float = 1
  ) -> [Float] {
    var values: [Float] = []
    while values.count < count {
      let words = SIMD4<UInt32>(
        truncatingIfNeeded: SIMD4<UInt64>(next(), next(), next(), next()))
      let four = Philox.normals(words)
      for lane in 0..<4 { values.append(mean + deviation * four[lane]) }
    }
    return Array(values.prefix(count))
  }

  /// Uniform numbers.
  public mutating func uniforms(_ count: Int, in range: ClosedRange<Float> = 0...1) -> [Float] {
    (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * uniform() }
  }

  /// Uniform integers.
  public mutating func integers(_ count: Int, in range: Range<Int>) -> [Int32] {
    (0..<count).map { _ in Int32(Int.random(in: range, using: &self)) }
  }
}
