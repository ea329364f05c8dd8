import Datasets
import Foundation
import LinearAlgebra
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
    let components = try PrincipalComponents(trusted + before, count: 2)
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

/// The directions in which vectors vary most.
package struct PrincipalComponents {
  package let mean: [Double]
  /// Unit vectors as rows, each with its greatest element positive.
  package let directions: Matrix

  /// - Parameter rows: vectors of one length.
  /// - Throws: `LinearAlgebraError` for vectors that are not finite.
  package init(_ rows: [[Double]], count: Int) throws {
    let matrix = Matrix(rows)
    mean = matrix.columnMeans
    let vectors = try SymmetricEigendecomposition(matrix.subtracting(mean).gram).vectors
    directions = Matrix((0..<min(count, vectors.rows)).map { Array(vectors.row($0)) })
  }

  package func project(_ row: [Double]) -> [Double] { directions * zip(row, mean).map(-) }
}
