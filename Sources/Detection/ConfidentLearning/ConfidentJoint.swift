/// Which labels are wrong, by out-of-fold probabilities (Northcutt, Jiang, Chuang: "Confident
/// Learning", 2021; pruning by noise rate).
package struct ConfidentJoint: Equatable, Sendable {
  /// Mean probability of each class over the samples that are labeled so.
  package var thresholds: [Float]
  /// Samples by given label and by the class that they confidently are, `[K][K]`.
  package var counts: [[Int]]
  /// The same in rows that sum to the class's samples, as if every sample had been counted.
  package var calibrated: [[Double]]
  /// Samples whose label is an error.
  package var isError: [Bool]

  /// - Parameters:
  ///   - probabilities: `[N, K]`, each sample's by a model that was trained without it.
  ///   - labels: the given ones, `[N]`.
  package init(probabilities: [Float], labels: [Int32], classCount: Int) {
    let rows = labels.indices.map {
      Array(probabilities[$0 * classCount..<($0 + 1) * classCount])
    }
    let members = Dictionary(grouping: labels.indices) { Int(labels[$0]) }
    thresholds = (0..<classCount).map { label in
      let own = (members[label] ?? []).map { rows[$0][label] }
      return own.isEmpty ? .infinity : own.reduce(0, +) / Float(own.count)
    }
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (row, label) in zip(rows, labels) {
      if let confident = Self.confidentClass(row, thresholds) {
        counts[Int(label)][confident] += 1
      }
    }
    for label in 0..<classCount {
      counts[label][label] = max(1, counts[label][label])
    }
    self.counts = counts
    calibrated = counts.enumerated().map { label, row in
      let scale = Double(members[label]?.count ?? 0) / Double(row.reduce(0, +))
      return row.map { Double($0) * scale }
    }
    isError = [Bool](repeating: false, count: labels.count)
    for (label, samples) in members {
      for other in 0..<classCount where other != label {
        let number = Int(calibrated[label][other].rounded())
        let margins = samples.map { (rows[$0][other] - rows[$0][label], $0) }
        for (_, sample) in margins.sorted(by: { ($1.0, $0.1) < ($0.0, $1.1) }).prefix(number) {
          isError[sample] = true
        }
      }
    }
    for (sample, row) in rows.enumerated() where Self.argmax(row) == Int(labels[sample]) {
      isError[sample] = false
    }
  }

  /// The most likely of the classes that reach their thresholds; nil if none does.
  private static func confidentClass(_ row: [Float], _ thresholds: [Float]) -> Int? {
    // As in cleanlab, against rounding.
    let confident = row.indices.filter { row[$0] >= thresholds[$0] - 1e-6 }
    return confident.count > 1 ? argmax(row) : confident.first
  }

  /// The first greatest.
  private static func argmax(_ row: [Float]) -> Int {
    row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) } ?? 0
  }
}
