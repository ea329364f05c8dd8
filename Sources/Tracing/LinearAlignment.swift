import LinearAlgebra

/// Least squares in Double on normal equations that are summed batch by batch.
///
/// For features Φ `[N, d]` and scores S `[N, K]` it finds V `[d, K]` with the least ‖Φ·V − S‖, from
/// ΦᵀΦ and ΦᵀS, so that memory does not grow with N.
package struct LinearAlignment {
  package let featureCount: Int
  package let scoreCount: Int
  package private(set) var count = 0
  /// ΦᵀΦ, `[d, d]`; only elements (row ≥ column) are kept.
  private var gram: [Double]
  /// ΦᵀS, `[d, K]`.
  private var products: [Double]
  /// ‖Sₖ‖², `[K]`.
  private var squares: [Double]

  /// The result of the least squares.
  package struct Solution {
    /// Vᵀ: a row of coefficients for each score, `[K, d]`.
    package var rows: [[Double]]
    /// 1 − ‖Φ·V − S‖² / ‖S‖².
    package var explainedShare: Double
    /// Whether ΦᵀΦ was singular and its diagonal was raised by 10⁻⁹ of its mean.
    package var isRidged: Bool
  }

  private static let ridge = 1e-9

  package init(featureCount: Int, scoreCount: Int) {
    self.featureCount = featureCount
    self.scoreCount = scoreCount
    gram = [Double](repeating: 0, count: featureCount * featureCount)
    products = [Double](repeating: 0, count: featureCount * scoreCount)
    squares = [Double](repeating: 0, count: scoreCount)
  }

  /// Adds rows of features `[n, d]` and scores `[n, K]`.
  package mutating func add(features: [Float], scores: [Float]) {
    let rows = features.count / featureCount
    precondition(
      features.count == rows * featureCount && scores.count == rows * scoreCount,
      "LinearAlignment: \(features.count) features, \(scores.count) scores")
    count += rows
    for row in 0..<rows {
      let x = features[row * featureCount..<(row + 1) * featureCount].map { Double($0) }
      let y = scores[row * scoreCount..<(row + 1) * scoreCount].map { Double($0) }
      for i in 0..<featureCount where x[i] != 0 {
        for j in 0...i { gram[i * featureCount + j] += x[i] * x[j] }
        for k in 0..<scoreCount { products[i * scoreCount + k] += x[i] * y[k] }
      }
      for k in 0..<scoreCount { squares[k] += y[k] * y[k] }
    }
  }

  /// Solves by Cholesky's decomposition; `nil` if the features are all zero or not finite.
  ///
  /// Singular equations (a feature that is always zero, or that follows from others) have many
  /// solutions; a ridge then picks one of practically the least length, which is zero for such a
  /// feature.
  package func solution() -> Solution? {
    let mean =
      (0..<featureCount).reduce(0) { $0 + gram[$1 * featureCount + $1] }
      / Double(featureCount)
    guard mean > 0, mean.isFinite else { return nil }
    if let found = decomposition(ridge: 0) { return solution(found, isRidged: false) }
    return decomposition(ridge: Self.ridge * mean).map { solution($0, isRidged: true) }
  }

  /// That of ΦᵀΦ + ridge; nil where a pivot is lost in rounding.
  private func decomposition(ridge: Double) -> CholeskyDecomposition? {
    var matrix = Matrix(rows: featureCount, columns: featureCount, values: gram)
    for i in 0..<featureCount { matrix[i, i] += ridge }
    guard let found = CholeskyDecomposition(matrix) else { return nil }
    let isSingular = (0..<featureCount).contains { i in
      let pivot = found.factor[i, i] * found.factor[i, i]
      return !(pivot > 16 * Double(featureCount) * Double.ulpOfOne * matrix[i, i])
    }
    return ridge == 0 && isSingular ? nil : found
  }

  private func solution(_ found: CholeskyDecomposition, isRidged: Bool) -> Solution {
    let right = Matrix(rows: featureCount, columns: scoreCount, values: products)
    let coefficients = found.solve(right)
    // SᵀΦV, summed over the scores.
    let explained = zip(right.values, coefficients.values).reduce(0) { $0 + $1.0 * $1.1 }
    let total = squares.reduce(0, +)
    let rows = coefficients.transposed
    return Solution(
      rows: (0..<scoreCount).map { Array(rows.row($0)) },
      explainedShare: total > 0 ? explained / total : 0, isRidged: isRidged)
  }
}
