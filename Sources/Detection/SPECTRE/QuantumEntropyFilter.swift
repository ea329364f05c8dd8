import Foundation
import LinearAlgebra

/// SPECTRE's filter of one class for an assumed share of poison (Hayase et al., 2021).
package struct QuantumEntropyFilter {
  /// The number of principal components that showed most.
  package private(set) var components = 0
  /// Quantum entropy scores by row: the higher, the worse.
  package private(set) var scores: [Double] = []
  /// tr(Σ′M) of all rows, white by those that are kept: above 1 as far as the others stand out.
  package private(set) var excess = -Double.infinity
  /// The rows that are left when the 1.5·ε of highest scores have gone, ascending.
  package private(set) var kept: [Int] = []

  /// How many principal components of a number of rows count: as long as there are no more
  /// products of two of them than rows, which could not tell them apart; at most 64.
  package static func dimensions(rows: Int) -> Int {
    componentCounts.last { $0 * ($0 + 1) / 2 <= rows } ?? 1
  }

  /// Squares of eight evenly spaced numbers from 1 to 8.
  private static let componentCounts = (0..<8).map { step in
    let root = 1 + Double(step)
    return Int((root * root).rounded())
  }

  /// - Parameters:
  ///   - rows: a class's features turned to their principal components, as many as `dimensions`
  ///     allows.
  ///   - rate: ε, the share of the rows.
  /// - Throws: `LinearAlgebraError`.
  package init(_ rows: Matrix, rate: Double) throws {
    let removed = min(rows.rows - 1, Int(1.5 * rate * Double(rows.rows)))
    for count in Self.componentCounts where count <= rows.columns {
      let part = rows.prefix(columns: count)
      let white = try Whitening.robust(part, share: rate)(part)
      let scores = QuantumEntropy.scores(white, try QuantumEntropy.matrix(white.covariance))
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let kept = order.dropFirst(removed).sorted()
      let excess = try QuantumEntropy.excess(Whitening(rows.selecting(rows: kept))(rows))
      guard excess > self.excess else { continue }
      (self.components, self.scores, self.excess, self.kept) = (count, scores, excess, kept)
    }
  }
}
