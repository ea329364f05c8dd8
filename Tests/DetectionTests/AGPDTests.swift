import Detection
import Foundation
import TestSupport
import Testing

@Suite struct AGPDTests {
  /// g₀ = (1, 0), g = {(1, 0) three times, (0, 1)}.
  @Test func dispersionByHand() {
    let gradients = Directions([1, 0, 1, 0, 1, 0, 0, 1], columns: 2)
    let nearness = gradients.cosines(with: [1, 0])
    let farness = gradients.cosines(with: gradients[3])
    #expect(nearness == [1, 1, 1, 0])
    #expect(farness == [0, 0, 0, 1])
    let dispersion = GradientDispersion(nearness: nearness, farness: farness)
    #expect(dispersion.deviation == 1)
    #expect(dispersion.scores == [1, 1, 1, 0])
  }

  @Test func bothDirectionsAtOnceCountAsClean() {
    #expect(GradientDispersion(nearness: [1], farness: [1]).scores == [1])
    #expect(GradientDispersion(nearness: [], farness: []).deviation == 0)
  }

  @Test func cosinesDoNotDependOnLength() {
    let directions = Directions([3, 4, 0, 0, -6, -8], columns: 2)
    expectClose(directions.cosines(with: [30, 40]), [1, 0, -1], .absolute(1e-6), "cosines")
    #expect(directions.cosines(with: [0, 0]) == [0, 0, 0])
  }

  /// A fan of 120 clean and 30 poisoned gradients; the numbers are NumPy's (np.histogram, the
  /// definitions written out).
  @Test func sieveAgreesWithNumPy() throws {
    let gradients = (0..<150).flatMap { sample -> [Float] in
      let angle: Double
      if sample < 120 {
        angle = 0.006 * Double(7 * sample % 120)
      } else {
        angle = 1.2 + 0.004 * Double(7 * sample % 30)
      }
      return [Float(cos(angle)), Float(sin(angle))]
    }
    let sieve = GradientSieve(gradients: gradients, columns: 2, reference: [1, 0])
    #expect(sieve.divergences.count == 73)
    expectClose(
      Array(sieve.divergences.prefix(6)), [0.3908, 0.2608, 0.2884, 0.3271, 0.322, 0.3426],
      .absolute(1e-4), "divergences")
    // Ten rounds.
    #expect(sieve.isPoison.count { $0 } == 63)
    #expect(sieve.isPoison.suffix(30).allSatisfy { $0 })
    expectClose(
      [0, 5, 50, 119, 120, 135, 149].map { sieve.scores[$0] },
      [1, 0.9172, 0.1401, 0.1184, 0.0566, 0.0752, 0.0852], .absolute(2e-4), "scores")
  }

  /// ln 2 between distributions without a common bin; 0 between equal ones.
  @Test func divergenceByHand() {
    #expect(GradientSieve.distance([0.5, 0.5], [0.5, 0.5]) == 0)
    #expect(abs(GradientSieve.distance([1, 0], [0, 1]) - log(2).squareRoot()) < 1e-12)
  }

  /// Twelve divergences: the window of ten from 2 on is constant, and ends rounds after 2 + 5.
  @Test func stopsInTheMiddleOfTheQuietestWindow() {
    let quiet = [0.9, 0.8] + [Double](repeating: 0.1, count: 10)
    #expect(GradientSieve.roundsBeforeStop(quiet, rounds: 13) == 7)
    #expect(GradientSieve.roundsBeforeStop([0.3, 0.2, 0.1, 0.4], rounds: 5) == 2)
    #expect(GradientSieve.roundsBeforeStop([], rounds: 1) == 1)
  }
}
