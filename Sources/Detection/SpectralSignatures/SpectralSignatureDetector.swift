import LinearAlgebra
import Runs

/// Distrusts samples far from the mean of their class along the direction in which its features
/// vary most (spectral signatures, Tran et al., NeurIPS 2018).
public struct SpectralSignatureDetector: PerClassDetector {
  public static let id = "spectral-signatures"
  public static let unaided: Self? = SpectralSignatureDetector()

  /// ε: the share of each class that is expected to be poison; nil to let `OutlierTest` judge.
  public var expectedRate: Double?
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() { self.init(expectedRate: nil) }

  public init(expectedRate: Double?, perClass: Int? = nil) {
    self.expectedRate = expectedRate
    self.perClass = perClass
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    try WorstOfClasses.check(expectedRate)
    let signatures = try Self.signatures(
      of: try input.evidence.features(run), labels: dataset.labels, seed: input.seed)
    let columns = [EvidenceColumn("signature", signatures)]
    guard let expectedRate else {
      return try SampleScores(
        badness: signatures, of: dataset.labels, classNames: dataset.classNames,
        perClass: perClass, columns: columns)
    }
    let worst = WorstOfClasses(badness: signatures, labels: dataset.labels)
    let verdicts = dataset.classNames.indices.map {
      worst.verdict(
        label: $0, count: worst.count(label: $0, rate: expectedRate), isSuspicious: true,
        reason: "1.5 times the expected share of every class is taken out")
    }
    return try worst.scores(
      verdicts, classNames: dataset.classNames, perClass: perClass, columns: columns)
  }

  /// τ = ((h − h̄)·v)² of each sample: h̄ is the mean of its class's features and v their first
  /// right singular vector once centered.
  ///
  /// - Throws: `LinearAlgebraError`.
  package static func signatures(
    of features: some SampleRows, labels: [Int32], seed: UInt64 = 0
  ) throws -> [Double] {
    var result = [Double](repeating: 0, count: features.count)
    for (label, samples) in ClassMembers(labels.indices, labels: labels).classes {
      let judged = ClassMembers.judged(samples, label: label, seed: seed)
      let first = try PrincipalComponents(of: features.matrix(judged), count: 1)
      let components = try features.map(samples) { first($0).values }
      for (sample, component) in zip(samples, components) {
        result[sample] = component * component
      }
    }
    return result
  }
}
