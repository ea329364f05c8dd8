import Foundation

/// Probabilities of the test, as natural logarithms so that 10⁻³⁰⁰ and less keep their digits.
public enum TailProbability {
  /// ln P(⟨u, v⟩ ≥ c) for a random unit vector u of `dimension` features and any fixed one v.
  ///
  /// P = ½·I_{1−c²}((d − 1)/2, ½) for c ≥ 0, and 1 − P(−c) for c < 0 (Iscen et al., 2017).
  public static func logCosine(atLeast cosine: Double, dimension: Int) -> Double {
    precondition(dimension > 1, "TailProbability: a cosine in \(dimension) dimensions")
    let c = min(max(cosine, -1), 1)
    let logHalf =
      logIncompleteBeta((1 - c) * (1 + c), complement: c * c, a: Double(dimension - 1) / 2, b: 0.5)
      - M_LN2
    return c >= 0 ? logHalf : log1p(-exp(logHalf))
  }

  /// ln of Fisher's combined p-value of independent tests, given the logarithms of theirs.
  ///
  /// −2 Σ ln pᵢ has the χ² distribution of 2k degrees of freedom, whose tail is
  /// Q(k, x) = e⁻ˣ Σ xʲ/j! over j < k, x = −Σ ln pᵢ.
  public static func logFisher(_ logPValues: [Double]) -> Double {
    precondition(!logPValues.isEmpty, "TailProbability.logFisher: no tests")
    let x = -logPValues.reduce(0, +)
    guard x > 0 else { return 0 }
    guard x.isFinite else { return -.infinity }
    // The terms' logarithms, summed from the greatest so that none overflows.
    var terms = [0.0]
    for j in 1..<max(logPValues.count, 1) { terms.append(terms[j - 1] + log(x) - log(Double(j))) }
    let greatest = terms.reduce(-.infinity, max)
    let sum = terms.reduce(0) { $0 + exp($1 - greatest) }
    return min(greatest + log(sum) - x, 0)
  }

  /// ln I_x(a, b), the regularised incomplete beta function; `complement` is 1 − x.
  static func logIncompleteBeta(
    _ x: Double, complement: Double, a: Double, b: Double
  ) -> Double {
    if x <= 0 { return -.infinity }
    if complement <= 0 { return 0 }
    let logFront =
      a * log(x) + b * log(complement) + logGamma(a + b) - logGamma(a) - logGamma(b)
    // The continued fraction converges fast on this side of the mean, its mirror on the other.
    if x < (a + 1) / (a + b + 2) {
      return logFront - log(a) + log(betaFraction(x, a: a, b: b))
    }
    return log1p(-exp(logFront - log(b)) * betaFraction(complement, a: b, b: a))
  }

  /// The continued fraction of the incomplete beta function by Lentz's algorithm (DLMF 8.17.22).
  private static func betaFraction(_ x: Double, a: Double, b: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1...10_000 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return result
  }

  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }
}
