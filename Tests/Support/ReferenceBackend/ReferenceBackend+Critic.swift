import ComputeBackend
import Foundation

extension ReferenceBackend {
  public func mixedSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    shape: CriticShape, into: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    let first = z.elements(2 * pairs * units, "mixedSlopes")
    let share = shares.elements(pairs, "mixedSlopes")
    let w = output.elements(units, "mixedSlopes")
    let y = into.elements(pairs * units, "mixedSlopes")
    for j in 0..<pairs {
      for i in 0..<units {
        let (p, r) = (first[j * units + i], first[(pairs + j) * units + i])
        y[j * units + i] = w[i] * activation.unary.derivative(share[j] * p + (1 - share[j]) * r)
      }
    }
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let (pairs, features) = (shape.pairs, shape.features)
    let g = slopes.elements(pairs * features, "penaltyDirections")
    let y = into.elements(pairs * features, "penaltyDirections")
    let penalty = penalties.elements(pairs, "penaltyDirections")
    for j in 0..<pairs {
      let row = j * features..<(j + 1) * features
      let norm = row.reduce(0) { $0 + g[$1] * g[$1] }.squareRoot()
      penalty[j] = (norm - 1) * (norm - 1)
      for k in row { y[k] = norm == 0 ? 0 : Double(scale) * (1 - 1 / norm) * g[k] }
    }
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    let first = z.elements(2 * pairs * units, "criticFactors")
    let share = shares.elements(pairs, "criticFactors")
    let w = output.elements(units, "criticFactors")
    let slopes = t.elements(pairs * units, "criticFactors")
    let b = bias.elements(units, "criticFactors")
    let o = outputGradient.elements(units, "criticFactors")
    let total = transport.elements(1, "criticFactors")
    let c = Double(transportWeight) / Double(pairs)
    let curve = activation.unary
    total[0] = 0
    for i in 0..<units {
      (b[i], o[i]) = (0, 0)
      for j in 0..<pairs {
        let (p, r) = (first[j * units + i], first[(pairs + j) * units + i])
        let mixed = share[j] * p + (1 - share[j]) * r
        let slope = slopes[j * units + i]
        let q = w[i] * slope * activation.curvature(mixed)
        first[j * units + i] = c * w[i] * curve.derivative(p) + share[j] * q
        first[(pairs + j) * units + i] = (1 - share[j]) * q - c * w[i] * curve.derivative(r)
        b[i] += first[j * units + i] + first[(pairs + j) * units + i]
        o[i] += c * (curve(p) - curve(r)) + curve.derivative(mixed) * slope
        total[0] += w[i] * (curve(p) - curve(r)) / Double(pairs)
      }
    }
  }
}

extension CriticActivation {
  /// The second derivative σ″.
  fileprivate func curvature(_ x: Double) -> Double {
    guard self == .softplus else { return 0 }
    return 1 / ((1 + exp(x)) * (1 + exp(-x)))
  }
}
