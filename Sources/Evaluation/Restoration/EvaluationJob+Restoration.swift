import Datasets
import Detection
import Training

extension EvaluationJob {
  /// What came of flagged samples that were restored; trains nothing.
  ///
  /// - Returns: nil if the purified dataset has no table that says what was flagged.
  /// - Throws: `FileError`, `DatasetError` or `EvaluationError`.
  public func restoration() throws -> RestorationMetrics? {
    guard let records = try RestorationRecord.load(purified.path, of: poisoned) else { return nil }
    return try RestorationMetrics(
      records, original: originalLabels, poisoned: truth.indices, distance: try distances())
  }

  /// The precision-recall curve of the scores that samples were flagged by, as an SVG picture; nil
  /// if there are none.
  public func precisionRecallSVG(title: String) throws -> String? {
    guard let records = try RestorationRecord.load(purified.path, of: poisoned),
      records.contains(where: { $0.score != nil })
    else { return nil }
    let flagged = records.indices.filter { records[$0].isFlagged }
    return RestorationMetrics.scores(records, flagged: flagged, poisoned: truth.indices)
      .curveSVG(title: title)
  }

  /// D_c, the samples that were not flagged, as the purified dataset has them; nil if nothing was
  /// flagged, or all.
  package func unflagged() throws -> ImageSelection? {
    guard let records = try RestorationRecord.load(purified.path, of: poisoned) else { return nil }
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    let kept = records.indices.filter { !records[$0].isFlagged }.compactMap { positions[$0] }
    guard !kept.isEmpty, kept.count < records.count else { return nil }
    return ImageSelection(purified, indices: kept.sorted())
  }

  /// The mean |x* − x| of a sample in [0, 1]; nil if the images before poisoning are not given.
  private func distances() throws -> ((Int) throws -> Double)? {
    guard let clean else { return nil }
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    let sources = try SampleAlignment.sources(of: truth, in: clean, poisoned: poisoned)
    return { sample in
      guard let position = positions[sample], let source = sources[sample] else {
        throw EvaluationError.missingSample(
          path: purified.path, name: poisoned.name(of: sample))
      }
      let (before, after) = (try clean.images([source]), try purified.images([position]))
      let sum = zip(before, after).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      return Double(sum) / Double(255 * before.count)
    }
  }
}
