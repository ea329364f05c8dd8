import Foundation

/// What tracing found: how likely so much likeness to the marks is in a model that never saw them.
public struct TraceResult: Codable, Sendable, Equatable {
  /// The test of one class.
  public struct ClassResult: Codable, Sendable, Equatable {
    public var label: Int32
    /// Of the aligned classifier's row and the mark.
    public var cosine: Double
    /// P(cosine of a random mark ≥ this one).
    public var pValue: Double
    public var logPValue: Double

    init(label: Int32, cosine: Double, dimension: Int) {
      self.label = label
      self.cosine = cosine
      logPValue = TailProbability.logCosine(atLeast: cosine, dimension: dimension)
      pValue = exp(logPValue)
    }
  }

  /// The marked classes, by label.
  public var classes: [ClassResult]
  /// All of them combined by Fisher's method; 0 below what a Double can hold.
  public var pValue: Double
  public var log10PValue: Double
  /// Length of the marks.
  public var featureCount: Int
  /// Images that the networks were aligned on.
  public var imageCount: Int
  /// Share of the traced model's (squared) scores that the marking network's features explain.
  public var explainedShare: Double
  /// Whether some of these features follow from others, so that a small ridge was needed.
  public var isRidged: Bool

  /// - Parameter rows: aligned classifier's rows `[classes, featureCount]` by label.
  init(
    rows: [[Double]], marks: RadioactiveMarks, marked: [Int32], imageCount: Int,
    explainedShare: Double, isRidged: Bool
  ) {
    classes = marked.map { label in
      ClassResult(
        label: label, cosine: Self.cosine(rows[Int(label)], marks[Int(label)]),
        dimension: marks.featureCount)
    }
    let logarithm = TailProbability.logFisher(classes.map(\.logPValue))
    pValue = exp(logarithm)
    log10PValue = logarithm / M_LN10
    featureCount = marks.featureCount
    self.imageCount = imageCount
    self.explainedShare = explainedShare
    self.isRidged = isRidged
  }

  /// The cosine with a unit vector; 0 for a row of zeros, which points nowhere.
  private static func cosine(_ row: [Double], _ mark: ArraySlice<Float>) -> Double {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let product = zip(row, mark).reduce(0) { $0 + $1.0 * Double($1.1) }
    return norm > 0 ? product / norm : 0
  }

  /// Whether the marks are found at a level of significance.
  public func isDetected(level: Double = 0.05) -> Bool { pValue < level }
}
