/// What one cell of a suite measured: a method, tried on a dataset that an attack poisoned.
public struct SuiteFigures: Equatable, Codable, Sendable {
  /// Share of the poisoned samples that the method found; nil if there are none, or if it only
  /// changed images of an attack that leaves labels alone.
  public var truePositiveRate: Double?
  /// Share of the clean samples that it took for poisoned; nil as above.
  public var falsePositiveRate: Double?
  /// Share of the remaining samples whose label is the original one.
  public var labelAccuracy: Double
  /// Of the model of the dataset as it was.
  public var before: ModelMetrics
  /// Of the model of what the method left.
  public var after: ModelMetrics

  public init(
    truePositiveRate: Double?, falsePositiveRate: Double?, labelAccuracy: Double,
    before: ModelMetrics, after: ModelMetrics
  ) {
    self.truePositiveRate = truePositiveRate
    self.falsePositiveRate = falsePositiveRate
    self.labelAccuracy = labelAccuracy
    self.before = before
    self.after = after
  }
}

/// A finished cell of a suite.
public struct SuiteCell: Equatable, Codable, Sendable {
  public var attack: String
  public var method: String
  public var seed: UInt64
  /// Nil if there is no judge: see `remarks`.
  public var figures: SuiteFigures?
  /// What a reader of the figures must know.
  public var remarks: [String]

  public init(
    attack: String, method: String, seed: UInt64, figures: SuiteFigures?, remarks: [String]
  ) {
    self.attack = attack
    self.method = method
    self.seed = seed
    self.figures = figures
    self.remarks = remarks
  }
}
