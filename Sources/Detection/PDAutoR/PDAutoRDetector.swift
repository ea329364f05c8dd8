import Datasets
import Runs
import Support

/// Distrusts samples that lie apart from their class in what a network makes of them after training
/// and in the course of their loss at its start (the detector of PD-AutoR).
///
/// The features are activations of a hidden layer beside λ times the changes of the loss
/// (`FusedFeatures`); the outlier score is the squared projection on the direction in which those
/// of a class vary most (`SpectralProjection`). Without an expected rate, classes whose projections
/// lie in two separate groups are suspicious (`PoisonGroup`).
public struct PDAutoRDetector: PerClassDetector {
  public static let id = "pd-autor"
  public static let unaided: Self? = PDAutoRDetector()

  /// The hidden layer, such as `layer2` or `features`; nil for the last one before the features.
  ///
  /// The default was chosen with the ground truth of attacks: pooled features lose where a trigger
  /// is, and early layers tell little else from one.
  public var layer: String?
  /// λ, the weight of the losses; 0 leaves them out.
  public var lossWeight: Double
  /// d₂, the epochs whose losses are compared.
  public var lossEpochs: Int
  /// ε: the share of each class that is expected to be poison; nil to look for separate groups.
  public var expectedRate: Double?
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() { self.init(layer: nil) }

  public init(
    layer: String?, lossWeight: Double = 0.25, lossEpochs: Int = 10, expectedRate: Double? = nil,
    perClass: Int? = nil
  ) {
    self.layer = layer
    self.lossWeight = lossWeight
    self.lossEpochs = lossEpochs
    self.expectedRate = expectedRate
    self.perClass = perClass
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    try check()
    let features = try features(input.evidence, run)
    return try scores(
      features, labels: dataset.labels, classNames: dataset.classNames, run)
  }

  /// What follows from the features of all samples.
  package func scores(
    _ features: EvidenceRows, labels: [Int32], classNames: [String], _ run: Run = Run()
  ) throws -> SampleScores {
    let members = ClassMembers(labels.indices, labels: labels).classes
    var scores = [Double](repeating: 0, count: labels.count)
    var badness = scores
    var groups: [Int32: PoisonGroup] = [:]
    let total = features.sum(of: Array(labels.indices))
    let count = try run.count("spectral scores", of: members.count, unit: "classes")
    for (number, (label, samples)) in members.enumerated() {
      let projections = try SpectralProjection(of: features, samples: samples).values
      let group = PoisonGroup(projections) { places in
        features.isFartherFromOthers(places.map { samples[$0] }, of: samples, total: total)
      }
      for (place, sample) in samples.enumerated() {
        scores[sample] = projections[place] * projections[place]
        badness[sample] = group.badness[place]
      }
      groups[label] = group
      try count(number + 1)
    }
    let worst = WorstOfClasses(badness: expectedRate == nil ? badness : scores, labels: labels)
    let verdicts = classNames.indices.map { label in
      guard let group = groups[Int32(label)] else {
        return ClassVerdict(count: 0, isSuspicious: false, reason: "it has no samples")
      }
      return verdict(group, label: label, of: worst)
    }
    return try worst.scores(
      verdicts, classNames: classNames, perClass: perClass,
      columns: [EvidenceColumn("spectral", scores)])
  }

  private func verdict(
    _ group: PoisonGroup, label: Int, of worst: WorstOfClasses
  ) -> ClassVerdict {
    if let expectedRate {
      return worst.verdict(
        label: label, count: worst.countUpToHalf(label: label, rate: expectedRate),
        isSuspicious: true,
        reason: "1.5 times the expected share of every class is flagged, at most half")
    }
    let distance = group.distance.map { NumberFormat.text($0, digits: 1) }
    return worst.verdict(
      label: label, count: group.count, statistic: group.distance,
      null: PoisonGroup.leastDistance, isSuspicious: group.isSeparated,
      reason: distance.map {
        group.isSeparated
          ? "\(group.count) samples in a group of their own, at a distance of \($0)"
          : "no two separate groups, at a distance of \($0)"
      } ?? "too few samples that differ")
  }

  private func check() throws {
    try WorstOfClasses.check(expectedRate)
    guard lossWeight >= 0, lossWeight.isFinite else {
      throw ParameterError("lossWeight", lossWeight, "use a number from 0 on")
    }
    guard lossWeight == 0 || lossEpochs > 1 else {
      throw ParameterError("lossEpochs", lossEpochs, "use at least 2")
    }
  }

  private func features(_ evidence: VictimEvidence, _ run: Run) throws -> EvidenceRows {
    guard lossWeight > 0 else { return try evidence.activations(of: layer, run) }
    let trace = try evidence.lossTrace(run)
    guard lossEpochs <= trace.epochCount else {
      throw DetectionError.epoch(lossEpochs, count: trace.epochCount)
    }
    let changes = FusedFeatures.changes(in: trace, epochs: lossEpochs)
    if let wrong = changes.values.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: wrong / changes.columns)
    }
    return FusedFeatures.fused(
      try evidence.activations(of: layer, run), changes, weight: lossWeight)
  }
}

extension EvidenceRows {
  /// The sum of some rows, `[columns]`.
  fileprivate func sum(of samples: [Int]) -> [Double] {
    var sum = [Double](repeating: 0, count: columns)
    for sample in samples {
      for (column, value) in row(sample).enumerated() { sum[column] += Double(value) }
    }
    return sum
  }

  /// Whether the mean of part of a class lies farther from the mean of all other classes than that
  /// of its rest.
  ///
  /// - Parameters:
  ///   - part: neither none of the class nor all.
  ///   - total: the sum of all rows.
  fileprivate func isFartherFromOthers(
    _ part: [Int], of samples: [Int], total: [Double]
  ) -> Bool {
    let own = sum(of: samples)
    let upper = sum(of: part)
    let counts = (
      others: Double(count - samples.count), part: Double(part.count),
      rest: Double(samples.count - part.count)
    )
    var (partDistance, restDistance) = (0.0, 0.0)
    for column in 0..<columns {
      // Without other classes, all samples' mean.
      let mean =
        counts.others > 0
        ? (total[column] - own[column]) / counts.others : total[column] / Double(count)
      let a = upper[column] / counts.part - mean
      let b = (own[column] - upper[column]) / counts.rest - mean
      partDistance += a * a
      restDistance += b * b
    }
    return partDistance > restDistance
  }
}
