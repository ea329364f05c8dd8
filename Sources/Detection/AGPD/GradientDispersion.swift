import Foundation

/// How far the gradients of a class's samples spread between a trusted direction and the one
/// farthest from it (AGPD, ICLR 2025).
package struct GradientDispersion: Equatable, Sendable {
  /// Cosines with the class's reference.
  package var nearness: [Float]
  /// Cosines with the gradient of the sample whose `nearness` is least.
  package var farness: [Float]

  package init(nearness: [Float], farness: [Float]) {
    self.nearness = nearness
    self.farness = farness
  }

  /// ρ = √mean (aᵢ − bᵢ)²; 0 without samples.
  package var deviation: Double {
    guard !nearness.isEmpty else { return 0 }
    let sum = zip(nearness, farness).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    return (sum / Double(nearness.count)).squareRoot()
  }

  /// s = (1 − b)/((1 − b) + (1 − a)) of each sample, 1 for 0/0.
  package var scores: [Float] { zip(nearness, farness).map { Self.score($0, $1) } }

  static func score(_ nearness: Float, _ farness: Float) -> Float {
    // Cosines of rounded vectors may be a little above 1.
    let (near, far) = (max(0, 1 - nearness), max(0, 1 - farness))
    return near == 0 && far == 0 ? 1 : far / (far + near)
  }
}
