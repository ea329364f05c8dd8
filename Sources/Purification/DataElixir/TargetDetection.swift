import Foundation

/// Finds the labels that an attacker aims at, from the anomalous samples of each class (DataElixir
/// §3.4).
///
/// Score of class y: the divergence −ln q_y of its anomalous samples' candidate labels from the
/// ideal in which all are y, with q_y held above 1/(N_y + 1) for N_y anomalous samples, so that a
/// class of few samples cannot score highest by chance. A class is a target if its anomaly index
/// exceeds 2 and its score is above the median. Classes without anomalous samples have no score,
/// with one exception: an index needs three scores, and if a good denoiser leaves anomalous samples
/// in fewer classes, the empty ones enter with score 0, the ideal.
///
/// The score of a few samples is chance: a target must also have anomalous samples among at least
/// `minimumShare` of its samples. In two cases an index above 2 is weak evidence still: if most
/// scores are equal (see `AnomalyIndex`), and if empty classes entered. Then a class must have at
/// least `minimumSamples` anomalous samples, too. Classes that fail this are named in `warnings`.
///
/// The paper's other metric, the number of anomalous samples, finds a target whose triggers a weak
/// denoiser leaves on many candidates, so that their labels hardly leave the class. Classes differ
/// in difficulty, so by number a class is a target only if its index exceeds `countThreshold`.
public struct TargetDetection: Equatable, Sendable {
  /// Below this many anomalous samples a class's score is uncertain.
  public static let minimumSamples = 20
  /// Below this share of its samples a class's anomalous samples are taken for chance.
  public static let minimumShare = 0.03
  /// A class with a higher index is an outlier.
  public static let indexThreshold = 2.0
  /// By the number of anomalous samples, a class with a higher index is an outlier.
  public static let countThreshold = 5.0

  /// The rule in a user's words.
  public static let rule = """
    A class is a target if the score of its anomalous samples, −ln of the share of the class's \
    label among their candidates, has an anomaly index above \(Int(indexThreshold)) and lies above \
    the median, or if their number has an index above \(Int(countThreshold)). Either way at least \
    \(Int(100 * minimumShare)) % of the class's samples must be anomalous.
    """

  /// The evidence about one class.
  public struct ClassEvidence: Equatable, Codable, Sendable {
    public var label: Int
    /// Samples in P ∪ S with this label.
    public var anomalousSamples: Int
    /// Candidate labels pooled over them.
    public var pooledLabels: Int
    /// −ln max(q_y, 1/(N_y + 1)), or nil without anomalous samples.
    public var score: Double?
    /// Anomaly index of the score.
    public var index: Double?
    /// Anomaly index of the number of anomalous samples, the paper's other metric.
    public var countIndex: Double
    /// Share of the class's samples that are anomalous.
    public var anomalousShare: Double
    public var isTarget: Bool
  }

  public var classes: [ClassEvidence]
  public var warnings: [String]
  public var targets: [Int] { classes.filter(\.isTarget).map(\.label) }

  /// - Parameters:
  ///   - pools: by class, the candidate labels of its anomalous samples.
  ///   - anomalousSamples: by class, N_y.
  ///   - classSizes: by class, all samples.
  ///   - compatibility: with `.dataElixir`, −ln q_y unsmoothed and the index two-sided.
  package init(
    pools: [LabelHistogram], anomalousSamples: [Int], classSizes: [Int],
    compatibility: Compatibility = .paper
  ) {
    precondition(
      pools.count == anomalousSamples.count && pools.count == classSizes.count,
      "TargetDetection: \(pools.count) pools, \(anomalousSamples.count) counts, "
        + "\(classSizes.count) sizes")
    let countIndex = AnomalyIndex(anomalousSamples.map(Double.init)).values
    classes = pools.indices.map { label in
      ClassEvidence(
        label: label, anomalousSamples: anomalousSamples[label], pooledLabels: pools[label].total,
        score: Self.score(
          pools[label], label: label, samples: anomalousSamples[label],
          compatibility: compatibility),
        index: nil, countIndex: countIndex[label],
        anomalousShare: Double(anomalousSamples[label]) / Double(max(classSizes[label], 1)),
        isTarget: false)
    }
    warnings = []
    switch compatibility {
    case .current, .paper:
      judge()
      judgeByCount()
    case .dataElixir: judgeLikeOfficialCode()
    }
    warnAboutFewSamples()
  }

  private static func score(
    _ pool: LabelHistogram, label: Int, samples: Int, compatibility: Compatibility
  ) -> Double? {
    guard samples > 0 else { return nil }
    let share = pool.share(of: label)
    let least = compatibility == .dataElixir ? 0 : 1 / Double(samples + 1)
    // −ln 1 is −0: print it as 0.
    return 0 - log(max(share, least))
  }

  private mutating func judge() {
    var scored = classes.indices.filter { classes[$0].score != nil }
    guard !scored.isEmpty else { return }
    let emptyClassesEnter = scored.count < 3
    if emptyClassesEnter { scored = Array(classes.indices) }
    guard scored.count >= 3 else {
      warnings.append(
        "with \(classes.count) classes no class can stand out by its anomaly index: "
          + "target detection needs at least 3")
      return
    }
    let scores = scored.map { classes[$0].score ?? 0 }
    let index = AnomalyIndex(scores)
    let isWeak = emptyClassesEnter || index.usedMean
    for (position, label) in scored.enumerated() {
      if classes[label].score != nil { classes[label].index = index.values[position] }
      guard index.values[position] > Self.indexThreshold, scores[position] > index.median else {
        continue
      }
      let evidence = classes[label]
      if evidence.anomalousShare < Self.minimumShare {
        warnings.append(
          "class \(label) stands out, but by only \(evidence.anomalousSamples) anomalous samples, "
            + "too small a share of the class: not taken as a target")
      } else if isWeak && evidence.anomalousSamples < Self.minimumSamples {
        warnings.append(
          "class \(label) stands out, but by only \(evidence.anomalousSamples) anomalous samples "
            + "while most classes have equal scores: not taken as a target")
      } else {
        classes[label].isTarget = true
      }
    }
  }

  private mutating func judgeByCount() {
    let median = AnomalyIndex.median(classes.map { Double($0.anomalousSamples) })
    guard classes.count >= 3 else { return }
    for label in classes.indices where !classes[label].isTarget {
      let evidence = classes[label]
      guard evidence.countIndex > Self.countThreshold, Double(evidence.anomalousSamples) > median,
        evidence.anomalousSamples >= Self.minimumSamples,
        evidence.anomalousShare >= Self.minimumShare
      else { continue }
      classes[label].isTarget = true
      warnings.append(
        "class \(label) is a target by its number of anomalous samples alone "
          + "(\(evidence.anomalousSamples), index "
          + "\(String(format: "%.1f", evidence.countIndex))), not by their labels: if many of its "
          + "candidates keep the label, a better denoiser or more noise removes more of a "
          + "trigger")
    }
  }

  /// Two-sided, scores may be infinite, MAD + 10⁻⁶; two infinities give NaN, which flags nothing.
  private mutating func judgeLikeOfficialCode() {
    let scored = classes.indices.filter { classes[$0].score != nil }
    let scores = scored.compactMap { classes[$0].score }
    let median = AnomalyIndex.median(scores)
    let deviation = AnomalyIndex.median(scores.map { ($0 - median).magnitude })
    for label in scored {
      guard let score = classes[label].score else { continue }
      let index = (score - median).magnitude / 1.4826 / (deviation + 1e-6)
      classes[label].index = index
      classes[label].isTarget = index > Self.indexThreshold
    }
  }

  private mutating func warnAboutFewSamples() {
    let few = classes.filter { (1..<Self.minimumSamples).contains($0.anomalousSamples) }
    guard !few.isEmpty else { return }
    let names = few.map { "\($0.label) (\($0.anomalousSamples))" }.joined(separator: ", ")
    warnings.append(
      "fewer than \(Self.minimumSamples) anomalous samples, so an uncertain score, "
        + "in class \(names)")
  }
}
