import ComputeBackend
import Datasets
import Foundation
import Runs
import Support
import Training

/// Distrusts images that keep their label whatever other images are laid on them (STRIP, Gao et
/// al., ACSAC 2019); see `OverlayEntropy`.
///
/// With clean samples, overlays are taken from them, and images are bad whose entropy is below that
/// of most clean ones; without, from all images, and `OutlierTest` judges. It costs as many passes
/// as there are overlays.
public struct StripDetector: PerClassDetector {
  public static let id = "strip"

  /// Which samples are clean: the path of a list, or a detector such as `knn:10`; nil if none are
  /// known.
  public var reference: String?
  /// Images that are laid on each one; nil for 100, or as many as there are.
  public var overlays: Int?
  /// The share of the clean samples whose entropy is below the threshold.
  public var falsePositiveRate: Double
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() { self.init(reference: nil) }

  public init(
    reference: String?, overlays: Int? = nil, falsePositiveRate: Double = 0.1,
    perClass: Int? = nil
  ) {
    self.reference = reference
    self.overlays = overlays
    self.falsePositiveRate = falsePositiveRate
    self.perClass = perClass
  }

  private static let usualOverlays = 100

  /// min(1, H / ln K).
  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    guard falsePositiveRate > 0, falsePositiveRate < 1 else {
      throw ParameterError(
        "falsePositiveRate", falsePositiveRate, "use a share above 0, below 1")
    }
    let clean = try reference.map { try input.trusted(by: $0, run) }
    let candidates = clean ?? Array(0..<dataset.count)
    let overlays = overlays ?? min(Self.usualOverlays, candidates.count)
    guard overlays > 0, overlays <= candidates.count else {
      throw ParameterError(
        "overlays", overlays,
        "there are \(candidates.count) images to lay on others; use 1 to "
          + "\(candidates.count)")
    }
    var random = PhiloxGenerator(seed: input.seed, purpose: .overlays)
    let entropy = try OverlayEntropy(
      try input.evidence.victim(run), overlays: random.choose(overlays, of: candidates),
      of: dataset)
    let count = try run.count("overlays", of: dataset.count)
    let entropies = try entropy.values(of: dataset, batchSize: input.batchSize) { try count($0) }
    guard let wrong = entropies.firstIndex(where: { !$0.isFinite }) else {
      return try scores(entropies.map(Double.init), of: dataset, clean: clean)
    }
    throw DetectionError.notANumber(sample: wrong)
  }

  /// Scores and verdicts from the images' entropies.
  private func scores(
    _ entropies: [Double], of dataset: ImageDataset, clean: [Int]?
  ) throws -> SampleScores {
    let values = entropies.map { Float(min(1, max(0, $0 / log(Double(dataset.classCount))))) }
    let verdicts =
      if let clean {
        Self.verdicts(
          values, labels: dataset.labels, classCount: dataset.classCount,
          threshold: Self.quantile(falsePositiveRate, of: clean.map { values[$0] }),
          expected: falsePositiveRate)
      } else {
        Self.verdicts(values, labels: dataset.labels, classCount: dataset.classCount)
      }
    return try SampleScores(
      values, of: dataset.labels, verdicts: verdicts, classNames: dataset.classNames,
      perClass: perClass, columns: [EvidenceColumn("entropy", entropies)])
  }

  /// Those of `OutlierTest`, with its limit as a threshold.
  private static func verdicts(
    _ values: [Float], labels: [Int32], classCount: Int
  ) -> [ClassVerdict] {
    let test = OutlierTest(
      badness: values.map { 1 - Double($0) }, labels: labels, classCount: classCount)
    return test.classes.map { verdict in
      var verdict = verdict
      verdict.threshold = test.limit.map { Float(1 - $0) }
      return verdict
    }
  }

  /// The least number that is not below a share of the numbers.
  package static func quantile(_ share: Double, of values: [Float]) -> Float {
    let sorted = values.sorted()
    return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }

  /// A class is suspicious if more of its scores lie below the threshold than such a share of clean
  /// ones explains, by `OutlierTest.deviations` binomial standard deviations.
  package static func verdicts(
    _ values: [Float], labels: [Int32], classCount: Int, threshold: Float, expected: Double
  ) -> [ClassVerdict] {
    var below = [Int](repeating: 0, count: classCount)
    var counts = below
    for (value, label) in zip(values, labels) {
      counts[Int(label)] += 1
      below[Int(label)] += value < threshold ? 1 : 0
    }
    return zip(below, counts).map { below, count in
      let share = count > 0 ? Double(below) / Double(count) : 0
      let deviation = (expected * (1 - expected) / Double(max(count, 1))).squareRoot()
      return ClassVerdict(
        count: count, statistic: count > 0 ? share : nil, null: expected, threshold: threshold,
        isSuspicious: share - expected > OutlierTest.deviations * deviation,
        reason: "\(NumberFormat.percent(share)) keep their label under overlays as only "
          + "\(NumberFormat.percent(expected)) of clean samples do")
    }
  }
}
