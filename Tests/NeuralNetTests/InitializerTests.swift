import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing

/// Moments of initial weights, within five standard errors of PyTorch's formulas.
@Suite struct InitializerTests {
  private let weights = RandomWeights(seed: 17, on: ReferenceBackend())
  private let shape = [96, 40, 3, 3]

  private func moments(
    _ initializer: Initializer
  ) throws -> (mean: Double, variance: Double, greatest: Double, count: Double) {
    let values = try weights.tensor("w", shape: shape, initializer: initializer).values().map {
      Double($0)
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, variance, values.reduce(0) { max($0, abs($1)) }, count)
  }

  @Test(arguments: [
    (Initializer.uniform(bound: 0.3), 0.3), (.kaimingUniform, 1 / (40.0 * 9).squareRoot()),
  ])
  func uniform(_ initializer: Initializer, _ bound: Double) throws {
    let found = try moments(initializer)
    #expect(abs(found.mean) < 5 * bound / (3 * found.count).squareRoot())
    #expect(abs(found.variance / (bound * bound / 3) - 1) < 5 * (0.8 / found.count).squareRoot())
    #expect(found.greatest < bound && found.greatest > 0.999 * bound)
  }

  @Test(arguments: [
    (Initializer.normal(standardDeviation: 0.02), 0.02),
    (.kaimingNormalFanOut, (2 / (96.0 * 9)).squareRoot()),
  ])
  func normal(_ initializer: Initializer, _ deviation: Double) throws {
    let found = try moments(initializer)
    #expect(abs(found.mean) < 5 * deviation / found.count.squareRoot())
    #expect(
      abs(found.variance / (deviation * deviation) - 1) < 5 * (2 / found.count).squareRoot())
    // The greatest of 34,560 normal numbers.
    #expect(found.greatest > 3.5 * deviation && found.greatest < 6 * deviation)
  }
}
