import Autograd
import ComputeBackend
import Datasets
import Runs

/// Distrusts images far from what the victim takes for their class's typical image (MI-DCM of
/// Meta-Sift); see `ModelInversion`.
///
/// The outlier score is the L1 distance of the pixels, as of `ClassMeanDistanceDetector`.
public struct ModelInversionDetector: PerClassDetector {
  public static let id = "mi-dcm"
  public static let unaided: Self? = ModelInversionDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() {}

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let victim = try input.evidence.victim(run)
    let inversion = ModelInversion()
    let means = try ImageCenters.means(of: dataset)
    let classes = dataset.classNames.indices.filter { means.counts[$0] > 0 }
    let starts = classes.flatMap { means.images[$0].map { Float($0 / 255) } }
    let steps = try run.count("model inversion", of: inversion.steps, unit: "steps")
    let inverted = try inversion.images(
      from: Tensor(starts, shape: dataset.shape.batchShape(classes.count), on: input.backend),
      classes: classes.map(Int32.init), network: victim
    ) { try steps($0) }.values()
    let size = dataset.shape.byteCount
    var centers = means.images
    for (place, label) in classes.enumerated() {
      centers[label] = inverted[place * size..<(place + 1) * size].map { Double($0) * 255 }
    }
    let count = try run.count("distances", of: dataset.count)
    let distances = try ImageCenters.distances(of: dataset, to: centers) { try count($0) }
    return try SampleScores(
      badness: ClassStandardization.standardized(distances, labels: dataset.labels),
      of: dataset.labels, classNames: dataset.classNames, perClass: perClass,
      columns: [EvidenceColumn("distance", distances)])
  }
}
