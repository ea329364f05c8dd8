/// How much a detector trusts each sample, and which it holds for bad.
public struct SampleScores: Equatable, Sendable {
  /// From 0 (bad) to 1 (good), by sample; nil where it has none, never NaN.
  public var values: [Float?]
  /// The samples that it would use as reference data, ascending.
  public var trusted: [Int]
  /// A verdict on each class; empty where the detector has none.
  public var classes: [ClassVerdict]
  /// Samples of suspicious classes that it holds for bad, ascending.
  public var flagged: [Int]
  /// Why samples have no score; nil if all have one.
  public var unscoredReason: String?
  /// Columns that say why; empty if there is nothing to say.
  public var columns: [EvidenceColumn]

  public init(
    values: [Float?], trusted: [Int], classes: [ClassVerdict] = [], flagged: [Int] = [],
    unscoredReason: String? = nil, columns: [EvidenceColumn] = []
  ) {
    precondition(
      values.allSatisfy { $0.map { (0...1).contains($0) } ?? (unscoredReason != nil) },
      "SampleScores: scores outside 0 ... 1, or none without a reason")
    precondition(
      columns.allSatisfy { $0.count == values.count },
      "SampleScores: columns \(columns.map(\.count)) for \(values.count) samples")
    self.values = values
    self.trusted = trusted
    self.classes = classes
    self.flagged = flagged
    self.unscoredReason = unscoredReason
    self.columns = columns
  }

  /// Scores by rank, verdicts by `OutlierTest`: what follows from each sample's badness alone.
  ///
  /// - Parameters:
  ///   - badness: by sample, the worse the higher, finite; nil where it has none.
  ///   - absolute: classes in which a test of the detector's own fires, with its words.
  ///   - perClass: so many samples of each class are trusted; nil for all that are not flagged.
  /// - Throws: `DetectionError` if a class has fewer samples.
  public init(
    badness: [Double?], of labels: [Int32], classNames: [String],
    absolute: [Int: String] = [:], perClass: Int? = nil, unscoredReason: String? = nil,
    columns: [EvidenceColumn] = []
  ) throws {
    let test = OutlierTest(
      badness: badness, labels: labels, classCount: classNames.count, absolute: absolute)
    let values = Ranks.scores(badness: badness)
    self.init(
      values: values,
      trusted: try Self.trusted(
        values, flagged: test.flagged, perClass: perClass, labels: labels, classNames: classNames),
      classes: test.classes, flagged: test.flagged, unscoredReason: unscoredReason,
      columns: columns)
  }

  /// The samples to trust by their scores, ascending: of each class the best ones, of equal ones
  /// the first; or all that have a score and are not flagged.
  ///
  /// - Throws: `DetectionError.samplesPerClass` if a class has fewer, `.nothingSelected` if none
  ///   is left.
  public static func trusted(
    _ values: [Float?], flagged: [Int] = [], perClass: Int?, labels: [Int32],
    classNames: [String]
  ) throws -> [Int] {
    guard let perClass else {
      let flagged = Set(flagged)
      let kept = values.indices.filter { values[$0] != nil && !flagged.contains($0) }
      if kept.isEmpty { throw DetectionError.nothingSelected }
      return kept
    }
    return try ClassMembers(labels.indices.filter { values[$0] != nil }, labels: labels)
      .best(perClass, by: { values[$0] ?? 0 }, classNames: classNames)
  }

  /// Whether the detector holds a class for suspicious.
  public func suspects(_ label: Int32) -> Bool {
    classes.indices.contains(Int(label)) && classes[Int(label)].isSuspicious
  }
}
