import ComputeBackend
import LinearAlgebra
import Runs
import Support

/// Distrusts a group of a class's samples whose features lie apart from the others' as samples of
/// one class never do (SCAn, Tang et al., USENIX Security 2021).
///
/// Every class is split in two under the covariance within classes, and J tells how much better
/// two centers explain it (`ClassSplit`). A class is suspicious if J lies more than e² standard
/// deviations (by the median absolute deviation) above the median class's.
///
/// With clean samples the covariance is theirs (`VarianceDecomposition`). A class is suspicious as
/// well if its J lies that far above those of the clean samples' own classes, which finds poison in
/// every class. The group with fewer clean samples is the poison.
///
/// Without, the covariance is the pooled one of the other classes, into which a class's own poison
/// does not get. The group that lies farther from the other classes' mean is the poison: of what
/// features tell apart, a trigger is the most distinct. Poison in every class stays hidden.
public struct ScanDetector: PerClassDetector {
  public static let id = "scan"
  public static let unaided: Self? = ScanDetector()

  /// Which samples are clean: the path of a list, or a detector such as `knn:10`; nil if none are
  /// known.
  public var reference: String?
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() { self.init(reference: nil) }

  public init(reference: String?, perClass: Int? = nil) {
    self.reference = reference
    self.perClass = perClass
  }

  /// The probability of the clean group in suspicious classes, elsewhere 1.
  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let clean = try reference.map { try input.trusted(by: $0, run) }
    let found = try ScanFindings(
      try input.evidence.features(run), labels: dataset.labels, clean: clean, seed: input.seed)
    var values = [Float?](repeating: 1, count: dataset.count)
    var groups = [Int?](repeating: nil, count: dataset.count)
    var verdicts = dataset.classNames.map { _ in
      ClassVerdict(count: 0, isSuspicious: false, reason: "it has no samples")
    }
    for finding in found.classes {
      verdicts[finding.label] = Self.verdict(finding)
      for (place, sample) in finding.samples.enumerated() {
        groups[sample] = finding.groups[place]
        if finding.isSuspicious { values[sample] = Float(finding.trust[place]) }
      }
    }
    return try SampleScores(
      values, of: dataset.labels, verdicts: verdicts, classNames: dataset.classNames,
      perClass: perClass, columns: [EvidenceColumn("group", groups)])
  }

  private static func verdict(_ finding: ScanFindings.Class) -> ClassVerdict {
    let text = { NumberFormat.text($0, digits: 1) }
    return ClassVerdict(
      count: finding.samples.count, statistic: finding.split.statistic, null: finding.null,
      threshold: 0.5, isSuspicious: finding.isSuspicious,
      reason: "two groups, J \(text(finding.split.statistic)), index \(text(finding.index))"
        + (finding.cleanIndex.map { ", \(text($0)) above clean samples" } ?? ""))
  }
}
