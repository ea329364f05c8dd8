import ComputeBackend
import Runs
import Support

/// Distrusts the smaller of two clusters of a class's features, if it is small and apart from the
/// other (activation clustering, Chen et al., SafeAI 2019).
public struct ActivationClusteringDetector: PerClassDetector {
  public static let id = "activation-clustering"
  public static let unaided: Self? = ActivationClusteringDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() {}

  /// The share of the distance to the smaller cluster's center in suspicious classes, elsewhere 1.
  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let features = try input.evidence.features(run)
    var values = [Float?](repeating: 1, count: dataset.count)
    var verdicts = dataset.classNames.map { _ in
      ClassVerdict(count: 0, isSuspicious: false, reason: "it has no samples")
    }
    var clusters = [String](repeating: "", count: dataset.count)
    for (label, samples) in ClassMembers(dataset.labels.indices, labels: dataset.labels).classes {
      var random = PhiloxGenerator(
        seed: input.seed, stream: UInt32(label), purpose: .clusterStarts)
      let judged = ClassMembers.judged(samples, label: label, seed: input.seed)
      let found = try ActivationClusters(features.matrix(judged), using: &random)
      verdicts[Int(label)] = Self.verdict(found, count: samples.count)
      for (sample, trust) in zip(samples, try features.map(samples, found.trust)) {
        clusters[sample] = trust < 0.5 ? "smaller" : "larger"
        if found.isSuspicious { values[sample] = Float(trust) }
      }
    }
    return try SampleScores(
      values, of: dataset.labels, verdicts: verdicts, classNames: dataset.classNames,
      perClass: perClass, columns: [EvidenceColumn("cluster", clusters)])
  }

  private static func verdict(_ found: ActivationClusters, count: Int) -> ClassVerdict {
    let reason =
      if let silhouette = found.silhouette {
        "its smaller cluster has \(NumberFormat.percent(found.share)), silhouette "
          + NumberFormat.text(silhouette, digits: 2)
      } else { "its features are all equal" }
    return ClassVerdict(
      count: count, statistic: found.silhouette == nil ? nil : found.share,
      null: ActivationClusters.greatestShare, threshold: 0.5, isSuspicious: found.isSuspicious,
      reason: reason)
  }
}
