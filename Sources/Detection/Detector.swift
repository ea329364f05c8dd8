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

  /// The detector as it runs where nothing but the dataset is given; nil if it needs more.
  static var unaided: Self? { get }

  /// - Throws: `DetectionError`, `DatasetError`, `CheckpointError`, or what the handler throws.
  func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores
}

extension Detector {
  public static var unaided: Self? { nil }
}

/// All detectors; each has a folder here and a subcommand of `detect`.
public enum Detectors {
  public static let all: [any Detector.Type] = [
    NearestNeighborDetector.self, SimulatedDetector.self, MetaSiftDetector.self,
    ClassMeanDistanceDetector.self, SpectralFilterDetector.self, SpectralSignatureDetector.self,
    ActivationClusteringDetector.self, SpectreDetector.self, ScanDetector.self,
    StripDetector.self, SelfInfluenceDetector.self, ModelInversionDetector.self,
    LossScanDetector.self, FLAREDetector.self, AGPDDetector.self,
    ConfidentLearningDetector.self, DuplicatesDetector.self, PDAutoRDetector.self,
  ]

  /// Those that need nothing but the dataset.
  public static var unaided: [any Detector] {
    all.compactMap { kind -> (any Detector)? in kind.unaided }
  }

  /// The detector of a text such as `knn:100`.
  ///
  /// - Returns: nil if the text names none; a detector of nil if its arguments are wrong.
  public static func named(_ text: String) -> (any Detector)?? {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, let kind = all.first(where: { $0.id == parts[0] }) else { return nil }
    return .some(kind.init(arguments: parts[1]))
  }
}
