import Datasets
import Support

/// Images as vectors of mean 0 and length 1, so that ½‖x − y‖² is 1 − their correlation.
package struct CorrelationVectors: Sendable {
  /// `[N, columns]`.
  package let values: [Float]
  package let columns: Int

  /// An image of one color is a vector of zeros.
  package init(of images: any LabelledImages) throws {
    columns = images.shape.byteCount
    values = try Parallel.map(images.count) { part in
      try part.flatMap { Self.vector(try images.images([$0])) }
    }
  }

  private static func vector(_ bytes: [UInt8]) -> [Float] {
    let sum = bytes.reduce(0) { $0 + Int($1) }
    let mean = Double(sum) / Double(bytes.count)
    let centered = bytes.map { Double($0) - mean }
    let length = centered.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return centered.map { length > 0 ? Float($0 / length) : 0 }
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
