import Runs
import Sifting

/// Trusts the samples that Meta-Sift keeps; see `MetaSift`.
///
/// A score is the mean of the sifters' weights: scores of one class compare, and those near 1 are
/// not trusted alone for that.
public struct MetaSiftDetector: Detector {
  public static let id = "sift"

  public var method: MetaSift
  public var quota: SiftQuota

  public init(_ method: MetaSift = MetaSift(), quota: SiftQuota) {
    self.method = method
    self.quota = quota
  }

  /// Samples of each class, such as `100`; `100,no-flip` for digits and letters.
  public init?(arguments: String) {
    let parts = arguments.split(separator: ",", omittingEmptySubsequences: false)
    guard let perClass = Int(parts[0]), perClass > 0,
      parts.dropFirst().allSatisfy({ $0 == "no-flip" })
    else { return nil }
    self.init(quota: .perClass(perClass))
    method.dilution.flips = parts.count == 1
  }

  /// - Throws: also `SiftingError` and `TrainingError`.
  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    let counts = try quota.counts(of: dataset, classNames: dataset.classNames)
    var method = method
    method.seed = input.seed
    let weights = try method.weights(of: dataset, on: input.backend, run)
    let (means, losses) = (weights.means, weights.dilutedLosses)
    return SampleScores(
      values: means.map { Float($0) },
      trusted: SiftSelection.highest(means, labels: dataset.labels, counts: counts),
      columns: [EvidenceColumn("dilutedLoss", losses)])
  }
}
