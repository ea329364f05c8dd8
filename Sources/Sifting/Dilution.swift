import Autograd
import ComputeBackend
import Datasets
import Foundation

/// Random changes of images before they are weighed, a function of (seed, sifter, sample) alone
/// (Meta-Sift, 3.3: randomized sample-dilution).
///
/// A window of the image's size is cut from it with a black border of an eighth of each side,
/// turned by up to 25° about its center (nearest neighbors, black outside), perhaps mirrored, and
/// blurred by a Gaussian of three pixels, σ in 0.1 … 2 pixels, edges reflected.
public struct Dilution: Hashable, Codable, Sendable {
  /// Mirrors half of the images left to right; wrong for digits and letters.
  public var flips: Bool
  public var blurs: Bool

  public init(flips: Bool = true, blurs: Bool = true) {
    self.flips = flips
    self.blurs = blurs
  }

  private static let greatestAngle = 25.0
  private static let blurRange = 0.1...2.0

  /// How one image is changed.
  package struct Draw: Equatable {
    /// Source pixel = cut pixel + shift.
    package var rowShift: Int
    package var columnShift: Int
    /// Radians.
    package var angle: Double
    package var isFlipped: Bool
    /// Of the blur, in pixels; nil for none.
    package var deviation: Double?

    package init(
      rowShift: Int = 0, columnShift: Int = 0, angle: Double = 0, isFlipped: Bool = false,
      deviation: Double? = nil
    ) {
      self.rowShift = rowShift
      self.columnShift = columnShift
      self.angle = angle
      self.isFlipped = isFlipped
      self.deviation = deviation
    }
  }

  package func draw(seed: UInt64, sifter: Int, sample: Int, shape: ImageShape) -> Draw {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: sample),
      step: UInt32(truncatingIfNeeded: sifter), purpose: .dilution)
    func shift(_ side: Int) -> Int {
      let border = Int((Double(side) / 8).rounded())
      return Int.random(in: -border...border, using: &random)
    }
    let (rowShift, columnShift) = (shift(shape.height), shift(shape.width))
    let angle = Double.random(in: -1...1, using: &random) * Self.greatestAngle * .pi / 180
    // All is drawn, whatever is used, so that one choice does not change the others.
    let isFlipped = Bool.random(using: &random)
    let deviation = Double.random(in: Self.blurRange, using: &random)
    return Draw(
      rowShift: rowShift, columnShift: columnShift, angle: angle, isFlipped: flips && isFlipped,
      deviation: blurs ? deviation : nil)
  }
}

extension Dilution.Draw {
  /// The pixel, row·width + column, that each one of the changed image comes from before the blur;
  /// −1 for black.
  package func sources(_ shape: ImageShape) -> [Int32] {
    let (height, width) = (shape.height, shape.width)
    let (middleRow, middleColumn) = (Double(height - 1) / 2, Double(width - 1) / 2)
    let (cosine, sine) = (cos(angle), sin(angle))
    var sources: [Int32] = []
    sources.reserveCapacity(height * width)
    for row in 0..<height {
      for column in 0..<width {
        let x = Double(isFlipped ? width - 1 - column : column) - middleColumn
        let y = Double(row) - middleRow
        let turned = (
          row: Int((sine * x + cosine * y + middleRow).rounded()),
          column: Int((cosine * x - sine * y + middleColumn).rounded())
        )
        let source = (row: turned.row + rowShift, column: turned.column + columnShift)
        let isInside =
          (0..<height).contains(turned.row) && (0..<width).contains(turned.column)
          && (0..<height).contains(source.row) && (0..<width).contains(source.column)
        sources.append(isInside ? Int32(source.row * width + source.column) : -1)
      }
    }
    return sources
  }

  /// The blur along one side as a matrix `[size, size]`.
  package func blurWeights(size: Int) -> [Float] {
    let side = deviation.map { exp(-0.5 / ($0 * $0)) } ?? 0
    let weights = [side, 1, side].map { Float($0 / (1 + 2 * side)) }
    var matrix = [Float](repeating: 0, count: size * size)
    for row in 0..<size {
      for (offset, weight) in zip(-1...1, weights) {
        var column = abs(row + offset)
        if column > size - 1 { column = max(0, 2 * (size - 1) - column) }
        matrix[row * size + min(column, size - 1)] += weight
      }
    }
    return matrix
  }
}
