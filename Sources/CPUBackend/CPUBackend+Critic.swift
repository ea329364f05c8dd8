import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func scaledSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, rows: Int, columns: Int,
    factors: BufferSlice?, perRow: Bool, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let operation = activation.unary
    let (x, scales, y) = (z.floats, factors?.floats, into.written())
    threads.parallelRanges(rows, grain: max(1, Self.grain / columns)) { range, _ in
      for row in range {
        let scale = perRow ? scales?[row] : nil
        kernels.critic.scaledSlopes(
          operation.code.rawValue, operation.a, x + row * columns, perRow ? nil : scales,
          scale ?? 1, y + row * columns, columns)
      }
    }
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let (pairs, features) = (shape.pairs, shape.features)
    guard isHealthy else { return }
    let (g, y, penalty) = (slopes.floats, into.written(), penalties.written())
    threads.parallelRanges(pairs, grain: max(1, Self.grain / features)) { range, _ in
      for row in range {
        penalty[row] = kernels.critic.penaltyDirection(
          g + row * features, scale, y + row * features, features)
      }
    }
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice?, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    guard isHealthy else { return }
    let operation = activation.unary
    // Sums of 16 pairs, then those of all: the order does not depend on the threads.
    let length = 16
    let chunks = (pairs + length - 1) / length
    let sums = (0..<3).map { _ in temporary(chunks * units)[chunks * units] }
    guard isHealthy else { return }
    let partial = sums.map { $0.written() }
    let (share, w, slopes, first) = (shares.floats, output.floats, t?.floats, z.written())
    let transportShare = transportWeight / Float(pairs)
    threads.parallelRanges(chunks, grain: max(1, Self.grain / (length * units))) { range, _ in
      for chunk in range {
        let place = chunk * units
        for sum in partial { (sum + place).update(repeating: 0, count: units) }
        for row in chunk * length..<min((chunk + 1) * length, pairs) {
          kernels.critic.factors(
            operation.code.rawValue, operation.a, first + row * units,
            first + (pairs + row) * units, share[row], w, slopes.map { $0 + row * units },
            transportShare, partial[0] + place, partial[1] + place, partial[2] + place, units)
        }
      }
    }
    let block = BlockShape(outer: chunks, inner: units)
    reduce(.sum, sums[0], shape: block, keeping: .inner, scale: 1, into: bias)
    reduce(.sum, sums[1], shape: block, keeping: .inner, scale: 1, into: outputGradient)
    reduce(.sum, sums[2], shape: block, keeping: [], scale: 1 / Float(pairs), into: transport)
  }

  public func criticWeightGradients(
    _ weights: CriticWeights, throughSlopes: BufferSlice, shape: CriticShape,
    gradients: CriticWeights
  ) {
    let (features, units) = (shape.features, shape.units)
    guard isHealthy else { return }
    let (hidden, output) = (weights.hidden.floats, weights.output.floats)
    let slopes = throughSlopes.floats
    let (hiddenGradient, outputGradient) = (gradients.hidden.written(), gradients.output.written())
    threads.parallelRanges(units, grain: max(1, Self.grain / features)) { range, _ in
      for unit in range {
        let place = unit * features
        outputGradient[unit] += kernels.critic.weightGradient(
          hidden + place, output[unit], slopes + place, hiddenGradient + place, features)
      }
    }
  }
}
