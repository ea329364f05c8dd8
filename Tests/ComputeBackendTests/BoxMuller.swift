import Foundation

/// √(−2 ln u)·(cos 2πv, sin 2πv) in Double.
func boxMuller(_ u: Double, _ v: Double) -> [Double] {
  let radius = (-2 * log(u)).squareRoot()
  return [radius * cos(2 * .pi * v), radius * sin(2 * .pi * v)]
}
