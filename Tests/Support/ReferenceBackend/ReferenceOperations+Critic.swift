import ComputeBackend
import Foundation

extension ReferenceOperations {
  public func scaledSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, rows: Int, columns: Int,
    factors: BufferSlice?, perRow: Bool, into: BufferSlice
  ) {
    let x = z.elements
    let scales = factors?.elements
    let y = into.elements
    for r in 0..<rows {
      for c in 0..<columns {
        let at = r * columns + c
        y[at] = activation.unary.derivative(x[at]) * (scales?[perRow ? r : c] ?? 1)
      }
    }
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let (pairs, features) = (shape.pairs, shape.features)
    let g = slopes.elements
    let y = into.elements
    let penalty = penalties.elements
    for j in 0..<pairs {
      let row = j * features..<(j + 1) * features
      let norm = row.reduce(0) { $0 + g[$1] * g[$1] }.squareRoot()
      penalty[j] = (norm - 1) * (norm - 1)
      for k in row { y[k] = norm == 0 ? 0 : Double(scale) * (1 - 1 / norm) * g[k] }
    }
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice?, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    let first = z.elements
    let share = shares.elements
    let w = output.elements
    let slopes = t?.elements
    let b = bias.elements
    let o = outputGradient.elements
    let total = transport.elements
    let c = Double(transportWeight) / Double(pairs)
    let curve = activation.unary
    total[0] = 0
    for i in 0..<units {
      (b[i], o[i]) = (0, 0)
      for j in 0..<pairs {
        let (p, r) = (first[j * units + i], first[(pairs + j) * units + i])
        var (dp, dr) = (c * curve.derivative(p), -c * curve.derivative(r))
        if let slopes {
          let q =
            slopes[j * units + i] * activation.curvature(share[j] * p + (1 - share[j]) * r)
          dp += share[j] * q
          dr += (1 - share[j]) * q
          first[j * units + i] = dp
          first[(pairs + j) * units + i] = dr
        }
        b[i] += w[i] * (dp + dr)
        o[i] += c * (curve(p) - curve(r))
        total[0] += w[i] * (curve(p) - curve(r)) / Double(pairs)
      }
    }
  }

  public func criticWeightGradients(
    _ weights: CriticWeights, throughSlopes: BufferSlice, shape: CriticShape,
    gradients: CriticWeights
  ) {
    let (features, units) = (shape.features, shape.units)
    let (v, w) = (weights.hidden.elements, weights.output.elements)
    let slopes = throughSlopes.elements
    let (hidden, output) = (gradients.hidden.elements, gradients.output.elements)
    for i in 0..<units {
      for k in i * features..<(i + 1) * features {
        hidden[k] = w[i] * (hidden[k] + slopes[k])
        output[i] += v[k] * slopes[k]
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
