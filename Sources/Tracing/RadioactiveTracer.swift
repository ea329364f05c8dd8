import Autograd
import Datasets
import Models
import Training

/// Tests whether a classifier was trained on marked images ("Radioactive data", sections 3.3, 3.4).
///
///     let tracer = try RadioactiveTracer(manifest, markingNetwork: network, images: testImages)
///     let result = try tracer.trace(model)
///     if result.isDetected() { … }
///
/// The model's features φₜ have other axes than the marking network's φ. As in the authors' own
/// program the spaces are aligned by least squares, M = argmin Σ ‖M·φ(x) − φₜ(x)‖² over images that
/// neither need labels nor marks, without centring, and a row w of the model's last layer becomes
/// Mᵀw. Since least squares are linear, that is the regression of the score ⟨w, φₜ(x)⟩ on φ(x),
/// which is what is computed; so any architecture can be traced. Without marks in its training a
/// row has the cosine with uᵢ that any vector has with a random one, whatever the images are.
public struct RadioactiveTracer {
  private let marks: RadioactiveMarks
  private let classes: [Int32]
  private let markingNetwork: any Classifier
  private let images: any LabelledImages

  private static let batchSize = 256

  /// A tracer of the marks that a manifest holds.
  ///
  /// - Parameters:
  ///   - markingNetwork: the one the marks were made with.
  ///   - images: of the dataset's kind, to align on, best ones that no network was trained on; none
  ///     may be marked, or else the marks are found in every model.
  /// - Throws: `TracingError` if they do not belong together.
  public init(
    _ manifest: MarkManifest, markingNetwork: any Classifier, images: any LabelledImages
  ) throws {
    let found = try NetworkChecksum.of(markingNetwork)
    guard found == manifest.markingNetwork || !manifest.identifiesNetwork,
      markingNetwork.configuration.featureCount == manifest.featureCount
    else {
      throw TracingError.otherMarkingNetwork(expected: manifest.markingNetwork, found: found)
    }
    try self.init(
      manifest.vectors, classes: manifest.classes, markingNetwork: markingNetwork, images: images)
  }

  /// A tracer of marks in the features of `markingNetwork`.
  ///
  /// - Parameter classes: those whose images were marked, ascending.
  public init(
    _ marks: RadioactiveMarks, classes: [Int32], markingNetwork: any Classifier,
    images: any LabelledImages
  ) throws {
    precondition(
      markingNetwork.configuration.featureCount == marks.featureCount && !classes.isEmpty
        && classes.allSatisfy { (0..<marks.classCount).contains(Int($0)) },
      "RadioactiveTracer: classes \(classes), marks \(marks.classCount)×\(marks.featureCount)")
    try markingNetwork.check(.marking, channels: images.shape.channels)
    guard images.count > marks.featureCount else {
      throw TracingError.tooFewImages(count: images.count, needed: marks.featureCount + 1)
    }
    self.marks = marks
    self.classes = classes
    self.markingNetwork = try markingNetwork.inferenceCopy()
    self.images = images
  }

  /// The p-value of each marked class, and all of them combined.
  ///
  /// - Throws: `TracingError` if the model does not fit, or its features are of no use.
  public func trace(_ model: any Classifier) throws -> TraceResult {
    try model.check(.traced, channels: images.shape.channels)
    let count = model.configuration.classes
    guard count == marks.classCount else {
      throw TracingError.classes(role: .traced, network: count, images: marks.classCount)
    }
    let model = try model.inferenceCopy()
    var alignment = LinearAlignment(
      featureCount: marks.featureCount, scoreCount: marks.classCount)
    for start in stride(from: 0, to: images.count, by: Self.batchSize) {
      let samples = Array(start..<min(start + Self.batchSize, images.count))
      let features = try batch(samples, for: markingNetwork) { $0.features($1) }
      let scores = try batch(samples, for: model) {
        linear($0.features($1), weight: $0.head.weight.value)
      }
      guard features.allSatisfy(\.isFinite) else {
        throw TracingError.uselessFeatures(role: .marking)
      }
      guard scores.allSatisfy(\.isFinite) else { throw TracingError.uselessFeatures(role: .traced) }
      alignment.add(features: features, scores: scores)
    }
    guard let solution = alignment.solution() else {
      throw TracingError.uselessFeatures(role: .marking)
    }
    return TraceResult(
      rows: solution.rows, marks: marks, marked: classes,
      imageCount: alignment.count, explainedShare: solution.explainedShare,
      isRidged: solution.isRidged)
  }

  /// What a network makes of some of the images, each normalised as it wants it.
  private func batch(
    _ samples: [Int], for network: any Classifier,
    _ body: (_ network: any Classifier, _ x: Tensor) -> Tensor
  ) throws -> [Float] {
    let batch = try BatchLoader.batch(
      samples, of: images, normalization: network.configuration.normalization)
    let backend = network.backend
    return try withoutGradient {
      try body(network, Tensor(batch.pixels, shape: batch.tensorShape, on: backend)).values()
    }
  }
}
