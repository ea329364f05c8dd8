import Datasets
import Reports
import Restoration
import Support

/// What a run of PD-AutoR found.
public struct PDAutoRFindings: PurificationFindings {
  public var reference: ReferenceReport?
  /// |D_p|.
  public var flagged: Int
  /// Flagged samples of each class.
  public var flaggedPerClass: [Int]
  /// Samples of each class that are not flagged.
  public var cleanPerClass: [Int]
  /// Names of classes all of whose samples are flagged.
  public var emptiedClasses: [String]
  /// |D_q|, were the threshold to decide alone.
  public var certain = 0
  /// The share of restored samples that a threshold keeps.
  public var quality: [QualityPoint] = []
  public var losses: [RestorationLossCurve] = []
  private let options: PDAutoR

  /// A point of the quality curve.
  public struct QualityPoint: Codable, Sendable, Equatable {
    public var threshold: Double
    public var kept: Double
  }

  private enum CodingKeys: String, CodingKey {
    case reference, flagged, flaggedPerClass, cleanPerClass, emptiedClasses, certain, quality,
      losses
    case options
  }

  init(
    _ options: PDAutoR, _ dataset: ImageDataset, flagged: FlaggedSamples,
    reference: ReferenceReport?
  ) {
    self.options = options
    self.reference = reference
    self.flagged = flagged.samples.count
    var (flaggedPerClass, cleanPerClass) = (
      [Int](repeating: 0, count: dataset.classCount), [Int](repeating: 0, count: dataset.classCount)
    )
    for label in dataset.labels { cleanPerClass[Int(label)] += 1 }
    for sample in flagged.samples {
      flaggedPerClass[dataset.label(sample)] += 1
      cleanPerClass[dataset.label(sample)] -= 1
    }
    self.flaggedPerClass = flaggedPerClass
    self.cleanPerClass = cleanPerClass
    emptiedClasses = dataset.classNames.indices.filter {
      cleanPerClass[$0] == 0 && flaggedPerClass[$0] > 0
    }.map { dataset.classNames[$0] }
  }

  /// Throws unless what is left can teach a classifier anything: samples of two classes.
  func check(_ dataset: ImageDataset) throws {
    guard cleanPerClass.count(where: { $0 > 0 }) >= 2 else {
      throw PurificationError.reference(
        "\(flagged) of \(dataset.count) samples are flagged, and the rest is of fewer than two "
          + "classes, from which no label can be restored; flag fewer samples")
    }
  }

  mutating func take(_ labels: [RestoredLabel], threshold: Double) {
    certain = labels.count { $0.confidence >= threshold }
    quality = stride(from: 0, through: 20, by: 1).map { step in
      let threshold = Double(step) / 20
      let kept = labels.count { $0.confidence >= threshold }
      return QualityPoint(threshold: threshold, kept: Double(kept) / Double(labels.count))
    }
  }

  public var isClean: Bool { flagged == 0 }

  public var warnings: [String] {
    emptiedClasses.isEmpty
      ? []
      : [
        "all samples of \(emptiedClasses.joined(separator: ", ")) are flagged, so none is restored "
          + "to such a label"
      ]
  }

  public var parameters: [(String, String)] {
    let recipe = options.recipe
    return [
      ("epochs of the restorer", "\(recipe.epochs)"), ("batch", "\(recipe.batchSize)"),
      ("learning rate", "\(recipe.learningRate)"), ("width", "\(recipe.networks.width)"),
      (
        "weights",
        "adversarial \(recipe.weights.adversarial), cycle \(recipe.weights.cycle), "
          + "content \(recipe.weights.content), identity \(recipe.weights.identity)"
      ),
      ("generators", recipe.networks.hasTransformer ? "ViT-aided U-Net" : "U-Net"),
      (
        "discriminators",
        recipe.networks.isMultiGranularity ? "multi-granularity" : "single granularity"
      ),
      ("mirrored images", recipe.flips ? "yes" : "no"), ("threshold", "\(options.threshold)"),
      ("doubtful samples", options.doubtful == .keep ? "kept" : "left out"),
    ]
  }

  public func conclusion(_ data: PurifiedData, _ changes: PurificationChanges) -> String? {
    guard flagged > 0 else {
      return "Nothing is flagged among \(data.samples) samples; the output is the input."
    }
    let doubtful = flagged - certain
    return "\(flagged) of \(data.samples) samples are flagged and restored: "
      + "\(certain) labels are certain, \(doubtful) in doubt and "
      + (options.doubtful == .keep ? "kept; " : "left out; ")
      + "\(changes.labels) labels changed."
  }

  public func chapters(_ data: PurifiedData) -> [ReportChapter] {
    [
      reference?.chapter(data) ?? "",
      HTML.chapter("Flagged samples", classTable(data)),
      HTML.chapter(
        "Losses over the restorer's training", RestorationChart(losses: losses).svg()),
      HTML.chapter("Restored samples that a threshold keeps", qualityChart()),
    ]
  }

  private func classTable(_ data: PurifiedData) -> String {
    guard flagged > 0 else { return "<p>None.</p>" }
    return HTML.table(
      ["class", "flagged", "not flagged"],
      data.classNames.indices.map {
        (
          isMarked: flaggedPerClass[$0] > 0,
          cells: [
            data.classNames[$0], String(flaggedPerClass[$0]), String(cleanPerClass[$0]),
          ]
        )
      })
  }

  private func qualityChart() -> String {
    guard !quality.isEmpty else { return "" }
    let points = quality.map { (x: $0.threshold, y: $0.kept) }
    let plot = SVGPlot(
      width: 480, height: 240, margin: (left: 64.0, right: 24.0, top: 24.0, bottom: 44.0),
      x: PlotAxis(covering: points.map(\.x), includesZero: true, title: "threshold of certainty"))
    let axis = PlotAxis(covering: points.map(\.y), includesZero: true, title: "share kept")
    return plot.document([
      plot.frame(), plot.horizontalAxis(),
      plot.verticalAxis(axis, side: .left, color: "#1f6f43"),
      plot.line(points, on: axis, color: "#1f6f43"),
    ]) + "<p>'evaluate' with the manifest of an attack shows how many labels are right.</p>"
  }
}
