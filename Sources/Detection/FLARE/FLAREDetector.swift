import Datasets
import Runs
import Support

/// Clusters of samples whose inputs of batch normalizations are unlikely in the same layers (FLARE,
/// 2025): without labels or clean data, for attacks on one class or all.
///
/// Each layer's log-likelihoods are scaled by median and MAD, and clustered as HDBSCAN does (see
/// `ClusterSplit`), without FLARE's projection by UMAP. If those of all layers say nothing, the
/// last ones are left out, one after another. s = ½ + ½(D_p − D_c)/(D_p + D_c), of mean distances
/// to the 10 nearest samples of the poison's clusters and of the clean one.
public struct FLAREDetector: PerClassDetector {
  public static let id = "flare"

  /// Fewest samples of a cluster; nil for one in 200 of all, from 25 to 100.
  public var minimumSize: Int?
  /// ln of the factor of density through which the clean cluster must persist.
  public var minimumPersistence: Float
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public static let unaided: Self? = FLAREDetector()
  private static let levels = 3
  private static let scoreNeighbors = 10
  private static let threshold: Float = 0.5
  /// Samples of a class that may be near to poison by chance, as in FLARE's part of the vote.
  private static let share = 0.005

  public init() { self.init(minimumSize: nil) }

  public init(
    minimumSize: Int?, minimumPersistence: Float = 0.7, perClass: Int? = nil
  ) {
    self.minimumSize = minimumSize
    self.minimumPersistence = minimumPersistence
    self.perClass = perClass
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    let size = minimumSize ?? max(25, min(100, dataset.count / 200))
    guard size < dataset.count else {
      throw DetectionError.neighbors(k: size, others: dataset.count - 1)
    }
    let likelihoods = try input.evidence.normalizationLikelihoods(run)
    if let wrong = likelihoods.values.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: wrong / likelihoods.columns)
    }
    let layers = likelihoods.robustColumns
    return try run.measure("clusters") {
      let count = try run.count("clusters", of: layers.count, unit: "layers")
      let values = try values(layers, minimumSize: size) { try count($0) }
      try count(layers.count)
      return try scores(values, of: dataset)
    }
  }

  /// s of every sample; nil if there is no cluster of poison.
  ///
  /// - Parameter layers: columns of likelihoods, scaled.
  package func values(
    _ layers: [[Float]], minimumSize: Int, progress: (_ layersLeftOut: Int) throws -> Void
  ) throws -> [Float]? {
    for leftOut in layers.indices {
      try progress(leftOut)
      let distances = RowDistances(columns: layers.dropLast(leftOut))
      let split = try ClusterSplit(
        distances, coreNeighbors: minimumSize, minimumSize: minimumSize,
        minimumPersistence: minimumPersistence, levels: Self.levels)
      guard !split.clean.isEmpty else { continue }
      let poison = try distances.meanDistances(Self.scoreNeighbors, to: split.poison)
      let clean = try distances.meanDistances(Self.scoreNeighbors, to: split.clean)
      return zip(poison, clean).map { poison, clean in
        poison + clean == 0 ? 0.5 : poison / (poison + clean)
      }
    }
    return nil
  }

  /// A class is suspicious if poison is nearer to more than `share` of its samples.
  private func scores(_ values: [Float]?, of dataset: ImageDataset) throws -> SampleScores {
    let values = values ?? [Float](repeating: 1, count: dataset.count)
    let members = ClassMembers(dataset.labels.indices, labels: dataset.labels)
    let classes = members.verdicts(dataset.classNames) { samples in
      let near = samples.count { values[$0] < Self.threshold }
      let share = Double(near) / Double(samples.count)
      return ClassVerdict(
        count: samples.count, statistic: share, null: 0, threshold: Self.threshold,
        isSuspicious: share > Self.share,
        reason: "\(NumberFormat.percent(share)) nearer to clusters of poison")
    }
    let flagged = ClassVerdict.flagged(values, labels: dataset.labels, verdicts: classes)
    return SampleScores(
      values: values,
      trusted: try SampleScores.trusted(
        values, flagged: flagged, perClass: perClass, labels: dataset.labels,
        classNames: dataset.classNames),
      classes: classes, flagged: flagged)
  }
}
