import Datasets
import Runs
import Support

/// Finds classes of which some samples have gradients that point elsewhere than those of trusted
/// ones (AGPD, ICLR 2025).
///
/// For each class and layer, a is the cosine of a sample's gradient with the mean of the trusted
/// samples', b that with the gradient that is farthest from it (`GradientDispersion`). Where a
/// class spreads abnormally (`LayerDispersions`), its samples are sorted out round by round
/// (`GradientSieve`); those nearer to what was sorted out than to the trusted ones are flagged.
public struct AGPDDetector: Detector {
  public static let id = "agpd"

  /// Which samples are trusted, at least one of each class.
  ///
  /// The path of a list, or a detector such as `sf-least:10`.
  public var reference: String
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  private static let threshold: Float = 0.5

  public init(reference: String, perClass: Int? = nil) {
    self.reference = reference
    self.perClass = perClass
  }

  /// Which samples are trusted.
  public init?(arguments: String) {
    if arguments.isEmpty { return nil }
    self.init(reference: arguments)
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let trusted = try trusted(input, run)
    let gradients = LabelGradients(
      of: try input.evidence.victim(run), on: dataset, batchSize: input.batchSize)
    let pass = try GradientPass(
      gradients, labels: dataset.labels, trusted: trusted, classCount: dataset.classCount, run)
    let found = LayerDispersions(pass.dispersions)
    var values = pass.scores(layer: found.layer)
    let members = ClassMembers(dataset.labels.indices, labels: dataset.labels)
    for (label, samples) in members.classes where found.targets.contains(Int(label)) {
      let sieve = try sieve(
        samples, by: gradients, layer: found.layer,
        reference: pass.references[Int(label)][found.layer])
      for (sample, score) in zip(samples, sieve.scores) { values[sample] = score }
    }
    let verdicts = dataset.classNames.indices.map { label in
      let statistic = found.statistics[label]
      return ClassVerdict(
        count: dataset.labels.count { $0 == label }, statistic: statistic, null: 0,
        threshold: Self.threshold, isSuspicious: found.targets.contains(label),
        reason: "\(NumberFormat.text(statistic, digits: 2)) of \(found.limit) in layer "
          + "\(found.layer + 1)")
    }
    let flagged = ClassVerdict.flagged(values, labels: dataset.labels, verdicts: verdicts)
    return SampleScores(
      values: values,
      trusted: try SampleScores.trusted(
        values, flagged: flagged, perClass: perClass, labels: dataset.labels,
        classNames: dataset.classNames),
      classes: verdicts, flagged: flagged,
      columns: [
        EvidenceColumn("a", pass.nearness[found.layer]),
        EvidenceColumn("b", pass.farness[found.layer]),
      ])
  }

  /// The samples that are trusted, at least one of each class that occurs.
  private func trusted(_ input: DetectionInput, _ run: Run) throws -> [Int] {
    let dataset = input.dataset
    let trusted = try input.trusted(by: reference, run)
    let labels = Set(trusted.map { dataset.labels[$0] })
    for label in Set(dataset.labels).sorted() where !labels.contains(label) {
      throw DetectionError.missing(
        "a trusted sample of class '\(dataset.classNames[Int(label)])', which the reference lacks")
    }
    return trusted
  }

  /// Sorts out a target class by its gradients in one layer.
  private func sieve(
    _ samples: [Int], by gradients: LabelGradients, layer: Int, reference: [Float]
  ) throws -> GradientSieve {
    var directions: [Float] = []
    try gradients.forEachBatch(of: samples) { _, layers in directions += layers[layer].values }
    return GradientSieve(
      gradients: directions, columns: reference.count, reference: reference)
  }
}
