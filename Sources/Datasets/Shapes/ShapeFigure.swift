import ComputeBackend
import Foundation

/// One placed figure of `Shapes`: which points of the plane it covers.
struct ShapeFigure {
  private let label: Int
  private let center: SIMD2<Float>
  /// Half the extent of a shape, or half the period of a pattern, in pixels.
  private let radius: Float
  private let cosine: Float
  private let sine: Float

  init(label: Int, random: inout PhiloxGenerator) {
    self.label = label
    let isPattern = label >= 6
    let reach: Float = isPattern ? 16 : 4
    center = SIMD2(16, 16) + reach * SIMD2(2 * random.uniform() - 1, 2 * random.uniform() - 1)
    radius = isPattern ? 3 + 2.5 * random.uniform() : 8 + 4 * random.uniform()
    // Shapes turn freely; patterns only so far that their direction stays clear.
    let turn = 2 * random.uniform() - 1
    let side: Float = random.uniform() < 0.5 ? -1 : 1
    let degrees: Float =
      switch label {
      case 6: 12 * turn
      case 7: 90 + 12 * turn
      case 8: side * (45 + 12 * turn)
      case 9: 15 * turn
      default: 180 * turn
      }
    cosine = cos(degrees * .pi / 180)
    sine = sin(degrees * .pi / 180)
  }

  /// The share of pixel (y, x) that is covered, from 4×4 points.
  func coverage(y: Int, x: Int) -> Float {
    var inside = 0
    for row in 0..<4 {
      for column in 0..<4 {
        let point = SIMD2(Float(x), Float(y)) + (SIMD2(Float(column), Float(row)) + 0.5) / 4
        if covers(point) { inside += 1 }
      }
    }
    return Float(inside) / 16
  }

  private func covers(_ point: SIMD2<Float>) -> Bool {
    let offset = (point - center) / radius
    let u = cosine * offset.x + sine * offset.y
    let v = cosine * offset.y - sine * offset.x
    let distance = (u * u + v * v).squareRoot()
    return switch label {
    case 0: distance < 0.95
    case 1: distance > 0.5 && distance < 1
    case 2: max(abs(u), abs(v)) < 0.8
    case 3: Self.isInTriangle(u, v)
    case 4: max(abs(u), abs(v)) < 1 && min(abs(u), abs(v)) < 0.28
    case 5: distance < Self.starRadius(u, v)
    case 6, 7, 8: Self.isOdd(v)
    default: Self.isOdd(u) != Self.isOdd(v)
    }
  }

  /// An equilateral triangle with corners at distance 1.15.
  private static func isInTriangle(_ u: Float, _ v: Float) -> Bool {
    let limit: Float = 0.575
    let slant = Float(0.75).squareRoot()
    return v < limit && slant * abs(u) - 0.5 * v < limit
  }

  /// Distance of a five-pointed star's edge (points at 1.15, notches at 0.45) in direction (u, v).
  private static func starRadius(_ u: Float, _ v: Float) -> Float {
    let sector = Float.pi / 5
    let turns = atan2(v, u) / (2 * sector)
    let angle = abs(turns - turns.rounded()) * 2 * sector
    // The edge runs from the point (outer, 0) to the notch at one sector.
    let outer: Float = 1.15
    let notch = 0.45 * SIMD2(cos(sector), sin(sector))
    let edge = notch - SIMD2(outer, 0)
    return outer * edge.y / (edge.y * cos(angle) - edge.x * sin(angle))
  }

  private static func isOdd(_ value: Float) -> Bool {
    Int(value.rounded(.down)) & 1 == 1
  }
}
