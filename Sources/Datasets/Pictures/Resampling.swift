/// The linear map between rows of pixels of two lengths: a triangle filter, widened when shrinking
/// so that nothing is skipped; pixel centers are at half-integers, and edges are repeated.
struct Resampling: Sendable {
  let length: Int
  /// For each output position where its taps begin, and the end of the last.
  private var starts: [Int] = [0]
  private var positions: [Int] = []
  private var weights: [Float] = []

  init(from sourceLength: Int, to length: Int) {
    self.length = length
    let ratio = Float(sourceLength) / Float(length)
    let reach = max(ratio, 1)
    for position in 0..<length {
      let center = (Float(position) + 0.5) * ratio - 0.5
      let first = Int((center - reach).rounded(.up))
      let last = Int((center + reach).rounded(.down))
      let before = weights.count
      var total: Float = 0
      for source in first...max(first, last) {
        let weight = 1 - abs(Float(source) - center) / reach
        guard weight > 0 else { continue }
        positions.append(min(max(source, 0), sourceLength - 1))
        weights.append(weight)
        total += weight
      }
      for tap in before..<weights.count { weights[tap] /= total }
      starts.append(weights.count)
    }
  }

  /// Resamples vectors of `stride` numbers each, `[outer, sourceLength, stride]`.
  func apply(_ values: [Float], outer: Int, stride: Int) -> [Float] {
    let sourceLength = values.count / (outer * stride)
    return [Float](unsafeUninitializedCapacity: outer * length * stride) { result, filled in
      values.withUnsafeBufferPointer { values in
        for block in 0..<outer {
          for position in 0..<length {
            let target = (block * length + position) * stride
            for element in 0..<stride { result[target + element] = 0 }
            for tap in starts[position]..<starts[position + 1] {
              let weight = weights[tap]
              let start = (block * sourceLength + positions[tap]) * stride
              for element in 0..<stride {
                result[target + element] += weight * values[start + element]
              }
            }
          }
        }
      }
      filled = outer * length * stride
    }
  }

  /// An image of numbers `[H, W, C]` at another size.
  static func image(
    _ values: [Float], from shape: ImageShape, height: Int, width: Int
  ) -> [Float] {
    let narrow = Resampling(from: shape.width, to: width)
      .apply(values, outer: shape.height, stride: shape.channels)
    return Resampling(from: shape.height, to: height)
      .apply(narrow, outer: 1, stride: width * shape.channels)
  }
}
