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
    if let factor = factor(ridge: 0) { return solution(factor, isRidged: false) }
    return factor(ridge: Self.ridge * mean).map { solution($0, isRidged: true) }
  }

  /// L with L·Lᵀ = ΦᵀΦ + ridge, row by row; `nil` where a pivot is lost in rounding.
  private func factor(ridge: Double) -> [[Double]]? {
    var factor: [[Double]] = []
    for i in 0..<featureCount {
      let diagonal = gram[i * featureCount + i] + ridge
      var row: [Double] = []
      var pivot = diagonal
      for j in 0..<i {
        let other = factor[j]
        var value = gram[i * featureCount + j]
        for k in 0..<j { value -= row[k] * other[k] }
        row.append(value / other[j])
        pivot -= row[j] * row[j]
      }
      let floor = 16 * Double(featureCount) * Double.ulpOfOne * diagonal
      guard pivot > (ridge > 0 ? 0 : floor) else { return nil }
      row.append(pivot.squareRoot())
      factor.append(row)
    }
    return factor
  }

  private func solution(_ factor: [[Double]], isRidged: Bool) -> Solution {
    var explained = 0.0
    let rows = (0..<scoreCount).map { score in
      var v = (0..<featureCount).map { products[$0 * scoreCount + score] }
      for i in 0..<featureCount {
        for j in 0..<i { v[i] -= factor[i][j] * v[j] }
        v[i] /= factor[i][i]
      }
      // ‖L⁻¹ΦᵀS‖² = SᵀΦV.
      explained += v.reduce(0) { $0 + $1 * $1 }
      for i in (0..<featureCount).reversed() {
        for j in i + 1..<featureCount { v[i] -= factor[j][i] * v[j] }
        v[i] /= factor[i][i]
      }
      return v
    }
    let total = squares.reduce(0, +)
    return Solution(
      rows: rows, explainedShare: total > 0 ? explained / total : 0, isRidged: isRidged)
  }
}
