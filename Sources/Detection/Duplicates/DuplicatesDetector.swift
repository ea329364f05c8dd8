import Autograd
import ComputeBackend
import Datasets
import Runs
import Support

/// Lists images that are in the dataset more than once, exactly or nearly.
///
/// Images are equal by the hash of their pixels; near ones are those whose correlation is much
/// closer to 1 than that of other nearest neighbors is (`DuplicateSearch`, the distance being
/// 1 − correlation of all values). A class is suspicious if it has duplicates with another label.
public struct DuplicatesDetector: PerClassDetector {
  public static let id = "duplicates"
  public static let unaided: Self? = DuplicatesDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  private static let neighbors = 10

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    guard dataset.count > 1 else { throw DetectionError.neighbors(k: 1, others: 0) }
    let groups = try ExactDuplicates(of: dataset)
    let nearest = try nearest(input, run)
    var search = DuplicateSearch(nearest.map { $0.first?.distance ?? .infinity })
    var others = groups.others
    for (sample, neighbors) in nearest.enumerated() where groups.others[sample].isEmpty {
      others[sample] = neighbors.filter { search.isNear($0.distance) }.map(\.sample)
    }
    for (sample, found) in groups.others.enumerated() where !found.isEmpty {
      search.isDuplicate[sample] = true
      search.scores[sample] = 0
    }
    return try scores(search, others: others, exact: groups, of: dataset)
  }

  /// The nearest other samples of each, the nearest first.
  private func nearest(
    _ input: DetectionInput, _ run: Run
  ) throws -> [[(sample: Int, distance: Float)]] {
    let dataset = input.dataset
    let vectors = try CorrelationVectors(of: dataset)
    let search = try NearestNeighbors(
      Tensor(vectors.values, shape: [dataset.count, vectors.columns], on: input.backend))
    let count = try run.count("neighbors", of: dataset.count, unit: "samples")
    return try search.map(
      k: min(Self.neighbors, dataset.count - 1), progress: { try count($0) }
    ) { sample, neighbors in
      neighbors.map { (sample: Int($0), distance: vectors.distance(sample, Int($0))) }
        .sorted { ($0.distance, $0.sample) < ($1.distance, $1.sample) }
    }
  }

  private func scores(
    _ search: DuplicateSearch, others: [[Int]], exact: ExactDuplicates, of dataset: ImageDataset
  ) throws -> SampleScores {
    let labels = dataset.labels
    let conflicts = labels.indices.map { sample in
      others[sample].first { labels[$0] != labels[sample] }
    }
    let members = ClassMembers(labels.indices, labels: labels)
    let classes = members.verdicts(dataset.classNames) { samples in
      let conflicting = samples.count { conflicts[$0] != nil }
      return ClassVerdict(
        count: samples.count, statistic: Double(conflicting), null: 0,
        isSuspicious: conflicting > 0,
        reason: "\(conflicting) samples have duplicates with another label")
    }
    let flagged = labels.indices.filter { search.isDuplicate[$0] }
    return SampleScores(
      values: search.scores,
      trusted: try SampleScores.trusted(
        search.scores, flagged: flagged, perClass: perClass, labels: labels,
        classNames: dataset.classNames),
      classes: classes, flagged: flagged,
      columns: [
        EvidenceColumn(
          "kind",
          labels.indices.map {
            exact.others[$0].isEmpty ? (search.isDuplicate[$0] ? "near" : "") : "exact"
          }),
        EvidenceColumn("duplicate", others.map { $0.first.map(dataset.name) }),
        EvidenceColumn("otherLabel", conflicts.map { $0.map(dataset.name) }),
      ])
  }
}
