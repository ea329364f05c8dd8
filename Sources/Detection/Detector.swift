import Runs

/// Scores every sample of a dataset for trust; the scores give a clean subset and a suspect list.
///
/// A value holds all that its user chooses.
public protocol Detector: Codable, Hashable, Sendable {
  /// Its name, as users write it.
  static var id: String { get }

  /// From what follows the name in `name:arguments`, such as `100` in `knn:100`; nil if that is no
  /// detector of this kind.
  init?(arguments: String)

  /// - Throws: `DetectionError`, `DatasetError`, `CheckpointError`, or what the handler throws.
  func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores
}

/// All detectors; each has a folder here and a subcommand of `detect`.
public enum Detectors {
  public static let all: [any Detector.Type] = [
    NearestNeighborDetector.self, SimulatedDetector.self, MetaSiftDetector.self,
  ]

  /// The detector of a text such as `knn:100`.
  ///
  /// - Returns: nil if the text names none; a detector of nil if its arguments are wrong.
  public static func named(_ text: String) -> (any Detector)?? {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, let kind = all.first(where: { $0.id == parts[0] }) else { return nil }
    return .some(kind.init(arguments: parts[1]))
  }
}

/// How much a detector trusts each sample.
public struct SampleScores: Equatable, Sendable {
  /// From 0 (bad) to 1 (good), by sample.
  public var values: [Float]
  /// The samples that it would use as reference data, ascending.
  public var trusted: [Int]
  /// Columns that say why, and a row for each sample; empty if there is nothing to say.
  public var evidence: (columns: [String], rows: [[String]])

  public init(
    values: [Float], trusted: [Int],
    evidence: (columns: [String], rows: [[String]]) = (columns: [], rows: [])
  ) {
    self.values = values
    self.trusted = trusted
    self.evidence = evidence
  }

  public static func == (a: SampleScores, b: SampleScores) -> Bool {
    (a.values, a.trusted, a.evidence.columns, a.evidence.rows)
      == (b.values, b.trusted, b.evidence.columns, b.evidence.rows)
  }
}
