/// The benign model's labels of one suspicious sample, and what follows from them.
struct BenignPrediction: Equatable {
  var original: Int
  var candidates: [Int]

  /// The label y_m of the paper.
  func label(_ source: SuspiciousLabel, classes: Int) -> Int {
    switch source {
    case .original: original
    case .candidates: LabelHistogram(candidates, classes: classes).majority
    }
  }

  /// Candidates from which the image for `label` is chosen: those the model gives this label.
  ///
  /// If there is none, all of them, since each is purer than the original; the official code then
  /// keeps the original.
  func choices(for label: Int, compatibility: Compatibility) -> [Int] {
    let fitting = candidates.indices.filter { candidates[$0] == label }
    if fitting.isEmpty && compatibility != .dataElixir { return Array(candidates.indices) }
    return fitting
  }
}
