/// What PD-AutoR compares samples by: activations of the trained network beside the course of the
/// losses in training, E = E₁ ‖ λ·E₂.
package enum FusedFeatures {
  /// E of each sample, `[N, d + epochs − 1]`: both parts scaled to a total variance of 1.
  ///
  /// - Parameters:
  ///   - activations: E₁, `[N, d]`.
  ///   - changes: E₂, `[N, epochs − 1]`; see `changes`.
  ///   - weight: λ.
  package static func fused(
    _ activations: EvidenceRows, _ changes: EvidenceRows, weight: Double
  ) -> EvidenceRows {
    precondition(
      activations.count == changes.count,
      "FusedFeatures: \(activations.count) samples and \(changes.count)")
    let (first, second) = (scale(of: activations), weight * scale(of: changes))
    var values: [Float] = []
    values.reserveCapacity(activations.values.count + changes.values.count)
    for sample in 0..<activations.count {
      for value in activations.row(sample) { values.append(Float(Double(value) * first)) }
      for value in changes.row(sample) { values.append(Float(Double(value) * second)) }
    }
    return EvidenceRows(values, columns: activations.columns + changes.columns)
  }

  /// E₂ = [L₂ − L₁, …, L_epochs − L_epochs₋₁] of each sample, from its losses after the first
  /// epochs.
  package static func changes(in trace: LossTrace, epochs: Int) -> EvidenceRows {
    var values: [Float] = []
    for sample in 0..<trace.sampleCount {
      let losses = trace.values(sample: sample).prefix(epochs)
      values += zip(losses.dropFirst(), losses).map { $0 - $1 }
    }
    return EvidenceRows(values, columns: epochs - 1)
  }

  /// 1/√(the sum of the columns' variances); 1 if they do not vary.
  private static func scale(of rows: EvidenceRows) -> Double {
    let columns = rows.columns
    var means = [Double](repeating: 0, count: columns)
    for sample in 0..<rows.count {
      for (column, value) in rows.row(sample).enumerated() { means[column] += Double(value) }
    }
    for column in means.indices { means[column] /= Double(rows.count) }
    var sum = 0.0
    for sample in 0..<rows.count {
      for (column, value) in rows.row(sample).enumerated() {
        sum += (Double(value) - means[column]) * (Double(value) - means[column])
      }
    }
    let variance = sum / Double(rows.count)
    return variance > 0 ? 1 / variance.squareRoot() : 1
  }
}
