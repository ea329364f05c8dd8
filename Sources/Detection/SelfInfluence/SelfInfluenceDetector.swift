import Foundation
import Runs

/// Distrusts samples that hardly influence their own loss (Self-IF of Meta-Sift, after Koh and
/// Liang, ICML 2017): the victim would know them without having been trained on them, as it knows
/// what bears a trigger.
///
/// The outlier score is the negative of the self-influence, here of its logarithm, which ranks
/// alike and has a scale that classes can be compared on.
public struct SelfInfluenceDetector: PerClassDetector {
  public static let id = "self-influence"
  public static let unaided: Self? = SelfInfluenceDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let (features, logits) = (
      try input.evidence.features(run), try input.evidence.logits(run)
    )
    let influences = try dataset.labels.enumerated().map { sample, label in
      LastLayerInfluence.value(
        logits: try logits.values(of: [sample]), features: try features.values(of: [sample]),
        label: Int(label))
    }
    return try SampleScores(
      badness: influences.map { -log(max($0, .leastNonzeroMagnitude)) }, of: dataset.labels,
      classNames: dataset.classNames, perClass: perClass,
      columns: [EvidenceColumn("selfInfluence", influences)])
  }
}
