import LinearAlgebra
import Runs

/// Distrusts samples whose features lie far along the direction in which those of their class vary
/// most (SF-Least of Meta-Sift, after Tran et al., NeurIPS 2018).
///
/// The outlier score is |h·v|, h being the features themselves and v the first right singular
/// vector of the class's centered features.
public struct SpectralFilterDetector: PerClassDetector {
  public static let id = "sf-least"
  public static let unaided: Self? = SpectralFilterDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let projections = try Self.projections(
      of: try input.evidence.features(run), labels: dataset.labels, seed: input.seed)
    return try SampleScores(
      badness: ClassStandardization.standardized(projections, labels: dataset.labels),
      of: dataset.labels, classNames: dataset.classNames, perClass: perClass,
      columns: [EvidenceColumn("projection", projections)])
  }

  /// |h·v| of each sample.
  package static func projections(
    of features: some SampleRows, labels: [Int32], seed: UInt64 = 0
  ) throws -> [Double] {
    var result = [Double](repeating: 0, count: features.count)
    for (label, samples) in ClassMembers(labels.indices, labels: labels).classes {
      let judged = ClassMembers.judged(samples, label: label, seed: seed)
      let first = try PrincipalComponents(of: features.matrix(judged), count: 1)
      let direction = Array(first.directions.row(0))
      let products = try features.map(samples) { $0 * direction }
      for (sample, product) in zip(samples, products) { result[sample] = abs(product) }
    }
    return result
  }
}
