import Datasets
import Foundation
import Models
import Reports
import Training

/// Features of reference, untrusted and purified images in their two main directions.
///
/// The directions are the principal components of reference and untrusted features together, so
/// that a difference between these shows; at most 1,000 images of each kind are drawn.
struct FeatureProjection {
  let reference: any LabelledImages
  let untrusted: any LabelledImages
  let purified: PerturbedSource
  let extractor: FeatureExtractor

  private static let limit = 1000

  func svg() throws -> String {
    let (untrusted, purified, reference) = (untrusted, purified, reference)
    let before = try features(untrusted.count) { try untrusted.images($0) }
    let after = try features(untrusted.count) { try purified.images($0) }
    let trusted = try features(reference.count) { try reference.images($0) }
    let components = PrincipalComponents(trusted + before, count: 2)
    let groups = [
      (name: "untrusted", color: "#b4451f", points: before.map(components.project)),
      (name: "purified", color: "#2a5db0", points: after.map(components.project)),
      (name: "reference", color: "#1f6f43", points: trusted.map(components.project)),
    ]
    let all = groups.flatMap(\.points)
    let y = PlotAxis(
      covering: all.map { $0[1] }, includesZero: false, title: "second component")
    let plot = SVGPlot(
      width: 640, height: 480, margin: (left: 64, right: 24, top: 28, bottom: 44),
      x: PlotAxis(covering: all.map { $0[0] }, includesZero: false, title: "first component"))
    return plot.document(
      [plot.frame(), plot.horizontalAxis(), plot.verticalAxis(y, side: .left, color: "#333")]
        + groups.map { group in
          plot.dots(group.points.map { ($0[0], $0[1]) }, on: y, color: group.color)
        } + [plot.legend(groups.map { ($0.name, $0.color) })])
  }

  /// Features of images spread over all of them, one row each.
  private func features(
    _ count: Int, _ images: @escaping @Sendable ([Int]) throws -> [UInt8]
  ) throws -> [[Double]] {
    let shown = min(count, Self.limit)
    let values = try extractor.features(
      count: shown, shape: untrusted.shape, batchSize: 128,
      bytes: { try images($0.map { $0 * count / shown }) }
    ).values()
    let columns = extractor.featureCount
    return (0..<shown).map { row in
      values[row * columns..<(row + 1) * columns].map(Double.init)
    }
  }
}

/// The directions in which vectors vary most, by power iteration.
package struct PrincipalComponents {
  package let mean: [Double]
  /// Unit vectors, each with its greatest element positive.
  package let directions: [[Double]]

  private static let iterations = 100

  /// - Parameter rows: vectors of one length.
  package init(_ rows: [[Double]], count: Int) {
    let size = rows.first?.count ?? 0
    let mean = (0..<size).map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(max(rows.count, 1))
    }
    let centered = rows.map { zip($0, mean).map(-) }
    var found: [[Double]] = []
    for number in 0..<count {
      var direction = (0..<size).map { $0 % count == number ? 1.0 : 0.5 }
      for _ in 0..<Self.iterations {
        var next = [Double](repeating: 0, count: size)
        for row in centered {
          let weight = Self.product(row, direction)
          for column in 0..<size { next[column] += weight * row[column] }
        }
        for other in found {
          let part = Self.product(next, other)
          for column in 0..<size { next[column] -= part * other[column] }
        }
        let norm = Self.product(next, next).squareRoot()
        guard norm > 0 else { break }
        direction = next.map { $0 / norm }
      }
      let greatest = direction.max { abs($0) < abs($1) } ?? 0
      found.append(greatest < 0 ? direction.map { -$0 } : direction)
    }
    self.mean = mean
    directions = found
  }

  package func project(_ row: [Double]) -> [Double] {
    let centered = zip(row, mean).map(-)
    return directions.map { Self.product(centered, $0) }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
