import Runs

/// Distrusts samples that the victim learns first (the isolation of Anti-Backdoor Learning, Li et
/// al., NeurIPS 2021; Loss-Scan of Meta-Sift): a trigger is learned before content is.
///
/// The score is the rank of a sample's loss after an early epoch, without augmentation: a low loss
/// is bad. A class is suspicious if its losses have two modes (`LossValley`) and the lower one has
/// more than 25 samples, which are flagged. Poison that is learned last turns the ranks around.
public struct LossScanDetector: PerClassDetector {
  public static let id = "loss-scan"
  public static let unaided: Self? = LossScanDetector()

  /// Epochs of the victim's training after which losses are compared.
  public var epoch: Int
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  /// The lower mode of a suspicious class has more samples.
  private static let smallestMode = 25

  public init() { self.init(epoch: 5) }

  public init(epoch: Int, perClass: Int? = nil) {
    self.epoch = epoch
    self.perClass = perClass
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let trace = try input.evidence.lossTrace(run)
    guard (1...trace.epochCount).contains(epoch) else {
      throw DetectionError.epoch(epoch, count: trace.epochCount)
    }
    let dataset = input.dataset
    return try scores(
      trace.values(epoch: epoch), labels: dataset.labels, classNames: dataset.classNames)
  }

  /// What follows from the losses of all samples.
  package func scores(
    _ losses: [Float], labels: [Int32], classNames: [String]
  ) throws -> SampleScores {
    if let sample = losses.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: sample)
    }
    let last = Float(max(losses.count - 1, 1))
    let values = Ranks.midranks(losses.map(Double.init)).map { Float($0) / last }
    let members = ClassMembers(labels.indices, labels: labels)
    let classes = members.verdicts(classNames) { samples in
      let valley = LossValley(samples.map { losses[$0] })
      let lower = valley?.lowerCount ?? 0
      return ClassVerdict(
        count: samples.count, statistic: Double(lower), null: 0,
        threshold: valley.map { valley in
          (Float(losses.count { $0 < valley.threshold }) - 0.5) / last
        }, isSuspicious: lower > Self.smallestMode,
        reason: valley.map { "\(lower) samples in a mode of losses below \($0.threshold)" }
          ?? "its losses have one mode")
    }
    let flagged = ClassVerdict.flagged(values, labels: labels, verdicts: classes)
    return SampleScores(
      values: values,
      trusted: try SampleScores.trusted(
        values, flagged: flagged, perClass: perClass, labels: labels, classNames: classNames),
      classes: classes, flagged: flagged, columns: [EvidenceColumn("loss", losses)])
  }
}
