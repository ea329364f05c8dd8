import Datasets
import Detection
import Support

/// A detector's scores as a table with a row for each sample.
struct ScoreTable {
  let scores: SampleScores

  init(_ scores: SampleScores) {
    self.scores = scores
  }

  /// Sample, label, what the detector says, score (empty without one), whether it is listed, and,
  /// if the detector judges classes, whether it is flagged.
  func write(of source: ImageDataset, to path: String) throws {
    let (listed, flagged) = (Set(scores.trusted), Set(scores.flagged))
    let names = ["sample", "label"] + scores.columns.map(\.name) + ["score", "listed"]
    let file = try CSVFile(path, columns: names + (scores.classes.isEmpty ? [] : ["flagged"]))
    for sample in 0..<source.count {
      var row = [source.name(of: sample), source.classNames[Int(source.labels[sample])]]
      row += scores.columns.map { $0.text(sample) }
      row += [scores.values[sample].map { "\($0)" } ?? "", listed.contains(sample) ? "1" : "0"]
      if !scores.classes.isEmpty { row.append(flagged.contains(sample) ? "1" : "0") }
      try file.append(row)
    }
    try file.close()
  }
}
