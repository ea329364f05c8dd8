import Datasets
import Detection
import Runs

/// What detectors that look at the victim's features say of classes and samples: second opinions,
/// which tell where to look and decide nothing.
package struct DetectorOpinions: Codable, Sendable, Equatable {
  package struct Opinion: Codable, Sendable, Equatable {
    var detector: String
    /// Classes that it suspects.
    var suspected: [Int]
    /// How many samples it flags of each of these.
    var flagged: [Int]
  }

  package private(set) var opinions: [Opinion] = []
  /// By sample, the votes of the detectors that flag it in a class that they suspect.
  package private(set) var votes: [Int]

  private enum CodingKeys: String, CodingKey { case opinions }

  /// No opinions of so many samples.
  package init(count: Int) { votes = [Int](repeating: 0, count: count) }

  package init(from decoder: any Decoder) throws {
    opinions = try decoder.container(keyedBy: CodingKeys.self)
      .decode([Opinion].self, forKey: .opinions)
    votes = []
  }

  /// Those that need the victim's features only, and no training of their own.
  static var panel: [any Detector] {
    [
      ActivationClusteringDetector(), SpectralSignatureDetector(), SpectreDetector(),
      ScanDetector(), SelfInfluenceDetector(),
    ]
  }

  /// Asks the panel; a detector that has nothing to say is left out.
  init(_ input: DetectionInput, _ run: Run) throws {
    self.init(count: input.dataset.count)
    try DetectorPanel.forEach(of: Self.panel, input, run) { id, scores in
      add(id, scores, labels: input.dataset.labels)
    }
  }

  package mutating func add(_ detector: String, _ scores: SampleScores, labels: [Int32]) {
    let suspected = scores.classes.indices.filter { scores.classes[$0].isSuspicious }
    var counts = [Int](repeating: 0, count: scores.classes.count)
    for sample in scores.flagged where suspected.contains(Int(labels[sample])) {
      votes[sample] += Vote.usual.weight(detector)
      counts[Int(labels[sample])] += 1
    }
    opinions.append(
      Opinion(
        detector: detector, suspected: suspected, flagged: suspected.map { counts[$0] }))
  }

  /// Whether enough detectors flag a sample.
  func flag(_ sample: Int) -> Bool { votes[sample] >= Vote.usual.agreement }

  /// The detectors that suspect a class.
  func detectors(suspecting label: Int) -> [String] {
    opinions.filter { $0.suspected.contains(label) }.map(\.detector)
  }

  /// Classes that are suspicious by the detectors' vote, with how many samples of them most are
  /// flagged by one.
  var suspicions: [(label: Int, detectors: [String], flagged: Int)] {
    Set(opinions.flatMap(\.suspected)).sorted().compactMap { label in
      let detectors = detectors(suspecting: label)
      guard Vote.usual.isSuspicious(to: detectors) else { return nil }
      let counts = opinions.compactMap { opinion in
        opinion.suspected.firstIndex(of: label).map { opinion.flagged[$0] }
      }
      return (label, detectors, counts.max() ?? 0)
    }
  }
}
