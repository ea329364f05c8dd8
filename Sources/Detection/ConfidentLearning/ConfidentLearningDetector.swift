import Autograd
import Datasets
import Models
import Runs
import Training

/// Finds wrong labels by models that were trained without the sample (see `ConfidentJoint`).
///
/// Five classifiers are trained by the victim's recipe, each without one fifth of every class. The
/// score of a sample is the probability that its label has in the model that never saw it. Labels
/// that go with a trigger look right to such models, too: this finds flips, not backdoors.
public struct ConfidentLearningDetector: PerClassDetector {
  public static let id = "confident-learning"

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  private static let foldCount = 5

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let members = ClassMembers(dataset.labels.indices, labels: dataset.labels)
    for (label, samples) in members.classes where samples.count < Self.foldCount {
      throw DetectionError.folds(
        Self.foldCount, name: dataset.classNames[Int(label)], count: samples.count)
    }
    let probabilities = try probabilities(input, run)
    return try scores(probabilities, labels: dataset.labels, classNames: dataset.classNames)
  }

  /// Out-of-fold probabilities `[N, K]`.
  private func probabilities(_ input: DetectionInput, _ run: Run) throws -> [Float] {
    let dataset = input.dataset
    let folds = StratifiedFolds(Self.foldCount, labels: dataset.labels, seed: input.seed)
    let classes = dataset.classCount
    var result = [Float](repeating: 0, count: dataset.count * classes)
    for (number, fold) in folds.folds.enumerated() {
      let network = try input.evidence.classifier(
        "fold-\(number + 1)", on: ImageSelection(dataset, indices: folds.others(than: number)),
        seed: input.seed &+ UInt64(number), run)
      var done = 0
      try network.forEachBatch(
        of: ImageSelection(dataset, indices: fold), batchSize: input.batchSize
      ) { batch, pixels in
        let found = try softmax(network.logits(pixels)).values()
        for row in 0..<batch.count {
          let start = fold[done + row] * classes
          result.replaceSubrange(
            start..<start + classes, with: found[row * classes..<(row + 1) * classes])
        }
        done += batch.count
      }
    }
    return result
  }

  /// What follows from out-of-fold probabilities `[N, K]`.
  package func scores(
    _ probabilities: [Float], labels: [Int32], classNames: [String]
  ) throws -> SampleScores {
    let classes = classNames.count
    if let wrong = probabilities.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: wrong / classes)
    }
    let joint = ConfidentJoint(
      probabilities: probabilities, labels: labels, classCount: classes)
    // Rounding may leave a probability above 1.
    let values = labels.indices.map { min(1, probabilities[$0 * classes + Int(labels[$0])]) }
    let predictions = labels.indices.map { sample in
      let row = probabilities[sample * classes..<(sample + 1) * classes]
      return row.indices.max { row[$0] < row[$1] }.map { classNames[$0 - sample * classes] }
    }
    let members = ClassMembers(labels.indices, labels: labels)
    let verdicts = members.verdicts(classNames) { samples in
      let errors = samples.count { joint.isError[$0] }
      return ClassVerdict(
        count: samples.count, statistic: Double(errors) / Double(samples.count), null: 0,
        isSuspicious: errors > 0, reason: "\(errors) labels look wrong")
    }
    let flagged = labels.indices.filter { joint.isError[$0] }
    return SampleScores(
      values: values,
      trusted: try SampleScores.trusted(
        values, flagged: flagged, perClass: perClass, labels: labels, classNames: classNames),
      classes: verdicts, flagged: flagged,
      columns: [EvidenceColumn("prediction", predictions)])
  }
}
