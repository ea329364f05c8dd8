import Foundation
import LinearAlgebra

/// SPECTRE's filter of one class for an assumed share of poison (Hayase et al., 2021).
package struct QuantumEntropyFilter {
  /// tr(Σ′M) of all rows, white by those that are kept: above 1 as far as the others stand out.
  package private(set) var excess = -Double.infinity
  /// The number of principal components that showed most.
  private var components = 1
  private var whitening: Whitening
  private var matrix: Matrix
  /// 1.5·ε of the rows.
  private let removed: Int

  /// Quantum entropy scores of rows turned to the same principal components: the higher, the
  /// worse.
  package func scores(of rows: Matrix) -> [Double] {
    QuantumEntropy.scores(whitening(rows.prefix(columns: components)), matrix)
  }

  /// The rows that are left when the 1.5·ε of highest scores have gone, ascending.
  package func kept(of rows: Matrix) -> [Int] { Self.kept(scores(of: rows), removed: removed) }

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
    removed = min(rows.rows - 1, Int(1.5 * rate * Double(rows.rows)))
    // Of the first count, which is 1.
    whitening = try Whitening(rows.prefix(columns: 1))
    matrix = Matrix.identity(1)
    for count in Self.componentCounts where count <= rows.columns {
      let part = rows.prefix(columns: count)
      let whitening = try Whitening.robust(part, share: rate)
      let white = whitening(part)
      let matrix = try QuantumEntropy.matrix(white.covariance)
      let kept = Self.kept(QuantumEntropy.scores(white, matrix), removed: removed)
      let excess = try QuantumEntropy.excess(Whitening(rows.selecting(rows: kept))(rows))
      guard excess > self.excess else { continue }
      (components, self.whitening, self.matrix, self.excess) = (count, whitening, matrix, excess)
    }
  }

  private static func kept(_ scores: [Double], removed: Int) -> [Int] {
    scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.dropFirst(removed).sorted()
  }
}
