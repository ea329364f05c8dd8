import Runs

/// Distrusts images far from the mean image of their class (DCM of Meta-Sift).
///
/// The outlier score is the L1 distance of the pixels. It needs no model, and knows nothing of what
/// the images show.
public struct ClassMeanDistanceDetector: PerClassDetector {
  public static let id = "dcm"
  public static let unaided: Self? = ClassMeanDistanceDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let count = try run.count("class means", of: dataset.count)
    let distances = try ImageCenters.distances(
      of: dataset, to: ImageCenters.means(of: dataset).images
    ) { try count($0) }
    return try SampleScores(
      badness: ClassStandardization.standardized(distances, labels: dataset.labels),
      of: dataset.labels, classNames: dataset.classNames, perClass: perClass,
      columns: [EvidenceColumn("distance", distances)])
  }
}
