import ComputeBackend
import Foundation
import TestSupport
import Testing
import Tracing

/// Reference values are by mpmath 1.3 with 60 digits, cosines taken as the Doubles they are here.
///
///     h = betainc((d - 1)/mpf(2), mpf(1)/2, 0, 1 - c*c, regularized=True)/2
///     log(h if c >= 0 else 1 - h)
///     log(gammainc(k, x, inf, regularized=True))
///
/// The cosines' were checked by integrating the density (1 − t²)^((d − 3)/2).
@Suite struct TailProbabilityTests {
  @Test(
    arguments: [
      (0, 64, -0.69314718055994530942), (0.05, 64, -1.0606731740879328278),
      (-0.05, 64, -0.42498844992861304378), (0.3, 64, -4.8806515500024073353),
      (-0.6, 64, -6.3805034251111583568e-8), (0.9, 64, -55.205724339918836795),
      (0.999, 512, -1591.9967670639241766), (0.5, 512, -76.853000089450131319),
      (0.95, 2, -2.2918170361317245476), (0.2, 3, -0.91629073187415507906),
      (0.0001, 2048, -0.69676318896998902096), (0.99999, 256, -1383.212909537685204),
    ] as [(Double, Int, Double)])
  func cosinesOfRandomVectors(cosine: Double, dimension: Int, logarithm: Double) {
    let found = TailProbability.logCosine(atLeast: cosine, dimension: dimension)
    #expect(abs(found - logarithm) <= 2e-12 * max(abs(logarithm), 1e-3), "\(found)")
  }

  @Test func certainAndImpossibleCosines() {
    #expect(TailProbability.logCosine(atLeast: 1, dimension: 8) == -.infinity)
    #expect(TailProbability.logCosine(atLeast: -1, dimension: 8) == 0)
    // Rounding may take a cosine past 1.
    #expect(TailProbability.logCosine(atLeast: 1 + 1e-12, dimension: 8) == -.infinity)
  }

  @Test(
    arguments: [
      (1, 0.5, -0.5), (10, 10, -0.78103956849627799636), (10, 40, -19.355662004031214741),
      (100, 80, -0.017256351106458189177), (100, 1000, -675.1623043733717975),
      (10, 750, -703.20911238637099518),
    ] as [(Int, Double, Double)])
  func combinedByFisher(tests: Int, sum: Double, logarithm: Double) {
    let each = [Double](repeating: -sum / Double(tests), count: tests)
    #expect(abs(TailProbability.logFisher(each) - logarithm) <= 1e-12 * max(1, abs(logarithm)))
  }

  @Test func combinesCertainAndImpossibleTests() {
    #expect(TailProbability.logFisher([0, 0, 0]) == 0)
    #expect(TailProbability.logFisher([-1, -.infinity]) == -.infinity)
  }

  /// The p-values of a vector that has nothing to do with the marks are uniform.
  ///
  /// Of 2000, the greatest distance from the line (Kolmogorov–Smirnov) exceeds 0.0364 with a chance
  /// of 1 %.
  @Test func isUniformForRandomMarks() {
    let marks = RadioactiveMarks(classCount: 2000, featureCount: 24, seed: 11)
    var random = PhiloxGenerator(seed: 12)
    let row = random.normals(24).map { Double($0) }
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let values = (0..<2000).map { label in
      let product = zip(row, marks[label]).reduce(0) { $0 + $1.0 * Double($1.1) }
      return TailProbability.logCosine(atLeast: product / norm, dimension: 24)
    }
    #expect(distanceFromUniform(values.map(exp)) < 0.0364)
    // And so are combinations of ten: of 200, 0.1153.
    let combined = stride(from: 0, to: 2000, by: 10).map { start in
      exp(TailProbability.logFisher(Array(values[start..<start + 10])))
    }
    #expect(distanceFromUniform(combined) < 0.1153)
  }

  private func distanceFromUniform(_ values: [Double]) -> Double {
    let count = Double(values.count)
    return values.sorted().enumerated().map { place, value in
      max(value - Double(place) / count, Double(place + 1) / count - value)
    }.max() ?? 1
  }
}
