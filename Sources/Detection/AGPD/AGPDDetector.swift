import Datasets
import Runs

/// Finds classes of which some samples have gradients that point elsewhere than those of trusted
/// ones (AGPD, ICLR 2025).
///
/// For each class and layer, a is the cosine of a sample's gradient with the mean of the trusted
/// samples', b that with the gradient that is farthest from it (`GradientDispersion`). Where a class
/// spreads abnormally (`LayerDispersions`), its samples are sorted out round by round
/// (`GradientSieve`); those nearer to what was sorted out than to the trusted ones are flagged.
public struct AGPDDetector: Detector {
  public static let id = "agpd"

  /// Which samples are trusted: the path of a list, or a detector such as `knn:10`. Each class needs
  /// at least one.
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
    let pass = try GradientPass(gradients, labels: dataset.labels, trusted: trusted, run)
    let found = LayerDispersions(pass.dispersions)
    var values = pass.scores[found.layer]
    let members = ClassMembers(dataset.labels.indices, labels: dataset.labels)
    for (label, samples) in members.classes where found.targets.contains(Int(label)) {
      var directions: [Float] = []
      var columns = 0
      try gradients.forEachBatch(of: samples) { batch, layers in
        for row in batch.indices { directions += layers[found.layer][row] }
        columns = directions.count / (directions.isEmpty ? 1 : batch.count)
      }
      columns = directions.count / samples.count
      let sieve = GradientSieve(
        gradients: directions, columns: columns,
        reference: pass.references[Int(label)][found.layer])
      for (sample, score) in zip(samples, sieve.scores) { values[sample] = score }
    }
    return try scores(values, found, of: dataset)
  }
}
