import Runs
import Sifting

extension SampleScores {
  /// Records what a detector found of samples and classes.
  public func record(as detector: String, in run: Run) throws {
    let (isFlagged, isTrusted) = (marks(flagged), marks(trusted))
    try run.forEachBatch(of: values.count) { recorder, part in
      try recorder.record(
        part.map { sample in
          ScoreRecord(
            detector: detector, sample: sample, score: values[sample].map(Double.init),
            isFlagged: isFlagged[sample], isTrusted: isTrusted[sample])
        })
    }
    try run.record { recorder in
      try recorder.record(
        classes.enumerated().map { label, verdict in
          TargetRecord(
            label: label, source: detector, isSuspicious: verdict.isSuspicious,
            reason: verdict.reason, figures: verdict.figures)
        })
    }
  }
}

extension SampleScores {
  /// By sample, whether it is one of some.
  fileprivate func marks(_ samples: [Int]) -> [Bool] {
    var marks = [Bool](repeating: false, count: values.count)
    for sample in samples { marks[sample] = true }
    return marks
  }
}

extension ClassVerdict {
  /// As a JSON object.
  fileprivate var figures: String {
    func number(_ value: Double?) -> String {
      value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null"
    }
    return """
      {"count":\(count),"null":\(number(null)),"statistic":\(number(statistic)),\
      "threshold":\(number(threshold.map(Double.init)))}
      """
  }
}
