import Datasets
import Runs

extension Run {
  /// Samples that are recorded at once.
  private static let recordBatch = 4096

  /// Records the samples of a dataset that stays as it is, and the classes' names.
  ///
  /// - Parameter verdict: of a sample; nil for none.
  public func record(
    samplesOf dataset: ImageDataset, verdict: @escaping (Int) -> String? = { _ in nil }
  ) throws {
    try record { try $0.record(classes: dataset.classNames) }
    try forEachBatch(of: dataset.count) { recorder, part in
      try recorder.record(
        part.map { sample in
          var record = SampleRecord(
            sample: sample, name: dataset.name(of: sample), oldLabel: Int(dataset.labels[sample]),
            newLabel: Int(dataset.labels[sample]), purifiedName: dataset.name(of: sample))
          record.verdict = verdict(sample)
          return record
        })
    }
  }

  /// Records a dataset's samples some at a time, each time by a transaction.
  package func forEachBatch(
    of count: Int, record write: @escaping (any RunRecorder, Range<Int>) throws -> Void
  ) throws {
    for start in stride(from: 0, to: count, by: Self.recordBatch) {
      let part = start..<min(start + Self.recordBatch, count)
      try record { try write($0, part) }
    }
  }
}

extension SampleWeights {
  /// Records each sample's weight as the score of a detector.
  func record(listed: Set<Int>, in run: Run) throws {
    let means = means
    try run.forEachBatch(of: means.count) { recorder, part in
      try recorder.record(
        part.map {
          ScoreRecord(
            detector: "sift", sample: $0, score: means[$0], isFlagged: false,
            isTrusted: listed.contains($0))
        })
    }
  }
}
