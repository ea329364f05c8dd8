import Foundation

/// The discrete cosine transform of blocks of 8×8 values (ITU-T T.81, A.3.3), which is orthonormal.
struct BlockTransform {
  /// `[frequency, place]`: ½·C(u)·cos((2x + 1)·u·π/16), with C(0) = 1/√2.
  private let cosines: [Float]

  init() {
    cosines = (0..<64).map { index in
      let (frequency, place) = (index / 8, index % 8)
      let factor = frequency == 0 ? 0.5.squareRoot() : 1
      return Float(factor / 2 * cos(Double((2 * place + 1) * frequency) * .pi / 16))
    }
  }

  /// `[vertical, horizontal]` frequencies of a block, row by row.
  func forward(_ block: [Float]) -> [Float] {
    multiply(multiply(block))
  }

  /// The transposed transform of each row.
  private func multiply(_ block: [Float]) -> [Float] {
    var result = [Float](repeating: 0, count: 64)
    for row in 0..<8 {
      for frequency in 0..<8 {
        var sum: Float = 0
        for place in 0..<8 { sum += block[8 * row + place] * cosines[8 * frequency + place] }
        result[8 * frequency + row] = sum
      }
    }
    return result
  }
}
