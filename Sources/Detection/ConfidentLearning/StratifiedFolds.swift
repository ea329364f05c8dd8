import ComputeBackend

/// Parts of a dataset, each with about the same share of every class.
package struct StratifiedFolds: Equatable, Sendable {
  /// Of each fold its samples, ascending.
  package var folds: [[Int]]

  /// - Parameters:
  ///   - count: of folds; a class of fewer samples is missing in some.
  ///   - seed: determines which sample is where.
  package init(_ count: Int, labels: [Int32], seed: UInt64) {
    var random = PhiloxGenerator(seed: seed, purpose: .crossValidation)
    var folds = [[Int]](repeating: [], count: count)
    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    // Classes begin where the one before ended, so that folds are of about equal size.
    var next = 0
    for (_, samples) in members.sorted(by: { $0.key < $1.key }) {
      for sample in samples.shuffled(using: &random) {
        folds[next % count].append(sample)
        next += 1
      }
    }
    self.folds = folds.map { $0.sorted() }
  }

  /// All samples but those of one fold, ascending.
  package func others(than fold: Int) -> [Int] {
    folds.indices.filter { $0 != fold }.flatMap { folds[$0] }.sorted()
  }
}
