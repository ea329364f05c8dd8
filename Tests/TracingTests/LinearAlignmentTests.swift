import ComputeBackend
import TestSupport
import Testing
import Tracing

@Suite struct LinearAlignmentTests {
  /// Scores that are a linear map of the features give back the map.
  @Test func recoversALinearMap() throws {
    var random = PhiloxGenerator(seed: 5)
    let (count, width, scores) = (60, 7, 3)
    let map = random.normals(scores * width)
    let features = random.normals(count * width, mean: 0.5)
    let products = scoresOf(features, map, width: width)
    var alignment = LinearAlignment(featureCount: width, scoreCount: scores)
    // In two parts, as batches arrive.
    alignment.add(
      features: Array(features[..<(23 * width)]), scores: Array(products[..<(23 * scores)]))
    alignment.add(
      features: Array(features[(23 * width)...]), scores: Array(products[(23 * scores)...]))
    let solution = try #require(alignment.solution())
    #expect(alignment.count == count)
    #expect(!solution.isRidged)
    expectClose(solution.rows.flatMap { $0 }, map, .absolute(1e-6), "map")
    #expect(abs(solution.explainedShare - 1) < 1e-6)
  }

  /// The residual is orthogonal to all features, which defines the least squares.
  @Test func leavesAnOrthogonalResidual() throws {
    var random = PhiloxGenerator(seed: 6)
    let (count, width) = (40, 5)
    let features = random.normals(count * width)
    let scores = random.normals(count)
    var alignment = LinearAlignment(featureCount: width, scoreCount: 1)
    alignment.add(features: features, scores: scores)
    let solution = try #require(alignment.solution())
    var rest = 0.0
    var total = 0.0
    var products = [Double](repeating: 0, count: width)
    for row in 0..<count {
      let x = features[row * width..<(row + 1) * width].map { Double($0) }
      let residual =
        Double(scores[row]) - zip(x, solution.rows[0]).reduce(0) { $0 + $1.0 * $1.1 }
      rest += residual * residual
      total += Double(scores[row]) * Double(scores[row])
      for i in 0..<width { products[i] += residual * x[i] }
    }
    expectClose(products, [Double](repeating: 0, count: width), .absolute(1e-12), "products")
    #expect(abs(solution.explainedShare - (1 - rest / total)) < 1e-12)
  }

  /// A feature that is always zero gets no weight, and of two equal ones each gets half.
  @Test func ridgesRedundantFeatures() throws {
    var random = PhiloxGenerator(seed: 7)
    let values = random.normals(50)
    var alignment = LinearAlignment(featureCount: 3, scoreCount: 1)
    alignment.add(features: values.flatMap { [$0, 0, $0] }, scores: values.map { 3 * $0 })
    let solution = try #require(alignment.solution())
    #expect(solution.isRidged)
    expectClose(solution.rows[0], [1.5, 0, 1.5], .absolute(1e-6), "weights")
  }

  @Test func refusesFeaturesOfZero() {
    var alignment = LinearAlignment(featureCount: 2, scoreCount: 1)
    alignment.add(features: [0, 0, 0, 0], scores: [1, 2])
    #expect(alignment.solution() == nil)
  }

  private func scoresOf(_ features: [Float], _ map: [Float], width: Int) -> [Float] {
    stride(from: 0, to: features.count, by: width).flatMap { start in
      stride(from: 0, to: map.count, by: width).map { row in
        Float((0..<width).reduce(0.0) { $0 + Double(features[start + $1]) * Double(map[row + $1]) })
      }
    }
  }
}
