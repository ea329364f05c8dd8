/// Label transition analysis of one sample (DataElixir §3.3).
///
/// With η the second-highest count among the candidates' labels: η ≥ τ makes the sample suspicious
/// and keeps every candidate; otherwise rare labels are dropped, so that the kept candidates agree
/// on the consensus, and the sample is benign if the consensus is its reference label, poisoned if
/// not.
public struct AnomalyFilter: Hashable, Codable, Sendable {
  /// What the consensus is compared with.
  public enum Reference: String, Codable, Sendable, CaseIterable {
    /// The label in the dataset (eq. 3), so that mislabelled samples are anomalous too.
    case label
    /// The victim's prediction on the original image, as the official code does.
    case prediction
  }

  public var threshold: TransitionThreshold
  public var reference: Reference

  package init(threshold: TransitionThreshold = .fraction(0.1), reference: Reference = .label) {
    self.threshold = threshold
    self.reference = reference
  }

  /// What the filter finds about a sample.
  public struct Finding: Equatable, Sendable {
    public let verdict: Verdict
    // There is one for every sample.
    private let label: UInt16
    private let count: UInt16

    /// The most frequent label of the candidates, y_g or the vote y_v of the paper.
    public var consensus: Int { Int(label) }
    /// The transition coefficient η.
    public var transition: Int { Int(count) }

    /// Both numbers are at most `CandidateStore.limit`.
    package init(verdict: Verdict, consensus: Int, transition: Int) {
      self.verdict = verdict
      label = UInt16(consensus)
      count = UInt16(transition)
    }
  }

  /// Judges a sample from the labels of all its candidates.
  package func finding(_ sample: SampleLabels, label: Int, classes: Int) -> Finding {
    let histogram = LabelHistogram(sample.candidates, classes: classes)
    let consensus = histogram.majority
    let transition = histogram.transition
    let minimum = threshold.minimumTransition(candidates: sample.candidates.count)
    let verdict: Verdict =
      if transition >= minimum {
        .suspicious
      } else if consensus == referenceLabel(sample, label: label) {
        .benign
      } else {
        .poisoned
      }
    return Finding(verdict: verdict, consensus: consensus, transition: transition)
  }

  /// Positions of the candidates the filter keeps: all of a suspicious sample, else the consensus.
  package func kept(_ sample: SampleLabels, finding: Finding) -> [Int] {
    sample.candidates.indices.filter {
      finding.verdict == .suspicious || sample.candidates[$0] == finding.consensus
    }
  }

  /// Whether a sample is benign whatever labels its `remaining` candidates get.
  ///
  /// Then it needs no further rounds: a benign sample keeps image and label, and target detection
  /// does not look at it. Nothing else can be settled early: a suspicious sample stays one, but all
  /// its labels count in target detection, and its images may be chosen from. With the paper's
  /// τ = 0.1·n·m one round more can always reach τ, so this only saves work for a higher threshold.
  package func isSettledBenign(
    _ sample: SampleLabels, label: Int, remaining: Int, classes: Int
  ) -> Bool {
    let histogram = LabelHistogram(sample.candidates, classes: classes)
    let minimum = threshold.minimumTransition(candidates: sample.candidates.count + remaining)
    let reference = referenceLabel(sample, label: label)
    guard histogram.majority == reference else { return false }
    let others = histogram.transition + remaining
    return others < minimum && others < histogram.counts[reference]
  }

  private func referenceLabel(_ sample: SampleLabels, label: Int) -> Int {
    switch reference {
    case .label: label
    case .prediction: sample.original
    }
  }
}

/// The victim's labels of one sample.
public struct SampleLabels: Codable, Equatable, Sendable {
  /// Label of the original image.
  public var original: Int
  /// Labels of the candidates, by round and, within a round, from the noisiest to the last.
  public var candidates: [Int]

  package init(original: Int, candidates: [Int]) {
    self.original = original
    self.candidates = candidates
  }
}
