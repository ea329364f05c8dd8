import Datasets
import Support

/// Images as vectors of mean 0 and length 1, so that ½‖x − y‖² is 1 − their correlation.
///
/// Larger images are reduced to 32×32 means, which bounds memory.
package struct CorrelationVectors: Sendable {
  /// `[N, columns]`.
  package let values: [Float]
  package let columns: Int

  private static let greatestSide = 32

  /// An image of one color is a vector of zeros.
  package init(of images: any LabelledImages) throws {
    let shape = images.shape
    let (rows, lines) = (min(shape.height, Self.greatestSide), min(shape.width, Self.greatestSide))
    columns = rows * lines * shape.channels
    let count = columns
    // The place of each byte's mean.
    let places = (0..<shape.byteCount).map { byte in
      let (pixel, channel) = byte.quotientAndRemainder(dividingBy: shape.channels)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: shape.width)
      return (y * rows / shape.height * lines + x * lines / shape.width) * shape.channels + channel
    }
    values = try Parallel.map(images.count) { part in
      try part.flatMap { Self.vector(try images.images([$0]), places: places, count: count) }
    }
  }

  private static func vector(_ bytes: [UInt8], places: [Int], count: Int) -> [Float] {
    var (sums, sizes) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    for (byte, place) in zip(bytes, places) {
      sums[place] += Int(byte)
      sizes[place] += 1
    }
    let means = zip(sums, sizes).map { Double($0) / Double($1) }
    let mean = means.reduce(0, +) / Double(count)
    let centered = means.map { $0 - mean }
    let length = centered.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // An image of one color may have a length by rounding.
    return centered.map { length > 1e-6 ? Float($0 / length) : 0 }
  }

  /// 1 − the correlation of two images.
  package func distance(_ first: Int, _ second: Int) -> Float {
    var sum = 0.0
    for column in 0..<columns {
      let difference =
        Double(values[first * columns + column]) - Double(values[second * columns + column])
      sum += difference * difference
    }
    return Float(sum / 2)
  }
}
