import Foundation

/// P(X ≥ k) of X hits in n trials that each hit with probability p.
package func binomialTail(_ k: Int, of n: Int, probability p: Double) -> Double {
  precondition(n >= 0 && p >= 0 && p <= 1, "binomialTail: \(n) trials, probability \(p)")
  if k <= 0 { return 1 }
  if k > n || p == 0 { return 0 }
  if p == 1 { return 1 }
  func logFactorial(_ n: Int) -> Double {
    var sign: Int32 = 0
    return lgamma_r(Double(n) + 1, &sign)
  }
  let sum = (k...n).reduce(0.0) { sum, hits in
    sum
      + exp(
        logFactorial(n) - logFactorial(hits) - logFactorial(n - hits) + Double(hits) * log(p)
          + Double(n - hits) * log1p(-p))
  }
  return min(sum, 1)
}
