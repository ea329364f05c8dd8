import LinearAlgebra

/// Where samples lie along the direction in which their features vary most.
package struct SpectralProjection {
  /// (e − ē)·v of each sample, v being the first right singular vector of the centered features.
  ///
  /// The squares are the spectral outlier scores (Tran et al., NeurIPS 2018). They are σ·u of the
  /// first left singular vector u, an eigenvector of the Gram matrix of the samples, so neither v
  /// nor a covariance of wide features is in memory.
  package let values: [Double]

  /// - Parameter samples: of one class, at least one.
  /// - Throws: `LinearAlgebraError`.
  package init(of features: EvidenceRows, samples: [Int]) throws {
    let columns = features.columns
    var mean = [Double](repeating: 0, count: columns)
    Self.add(
      samples, [Double](repeating: 1 / Double(samples.count), count: samples.count),
      of: features, to: &mean)
    let pair = try GreatestEigenpair(size: samples.count) { weights in
      let total = weights.reduce(0, +)
      var combined = mean.map { -total * $0 }
      Self.add(samples, weights, of: features, to: &combined)
      let offset = zip(mean, combined).reduce(0) { $0 + $1.0 * $1.1 }
      return Self.products(samples, of: features, with: combined).map { $0 - offset }
    }
    let length = max(pair.value, 0).squareRoot()
    values = pair.vector.map { length * $0 }
  }

  /// Adds weight·row of each sample.
  private static func add(
    _ samples: [Int], _ weights: [Double], of features: EvidenceRows, to sum: inout [Double]
  ) {
    let columns = features.columns
    features.values.withUnsafeBufferPointer { values in
      sum.withUnsafeMutableBufferPointer { sum in
        for (sample, weight) in zip(samples, weights) {
          let start = sample * columns
          for column in 0..<columns { sum[column] += weight * Double(values[start + column]) }
        }
      }
    }
  }

  /// Row·vector of each sample.
  private static func products(
    _ samples: [Int], of features: EvidenceRows, with vector: [Double]
  ) -> [Double] {
    let columns = features.columns
    return features.values.withUnsafeBufferPointer { values in
      vector.withUnsafeBufferPointer { vector in
        samples.map { sample in
          let start = sample * columns
          var sum = 0.0
          for column in 0..<columns { sum += Double(values[start + column]) * vector[column] }
          return sum
        }
      }
    }
  }
}
