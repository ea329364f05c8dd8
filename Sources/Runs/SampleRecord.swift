/// What a run found of a sample, and what became of it.
public struct SampleRecord: Codable, Hashable, Sendable {
  /// Its place in the dataset, from 0.
  public var sample: Int
  /// Its name in the dataset, such as a path or `data_batch_1.bin:17`.
  public var name: String
  public var oldLabel: Int
  /// Its label in the output, which may be the old one.
  public var newLabel: Int
  /// Its name in the output; nil if it was left out.
  public var purifiedName: String?
  /// In the method's terms, such as `B`, `P` and `S` of DataElixir or `listed` of a detector; nil
  /// if it gives none.
  public var verdict: String?
  /// Why: `carrier`, `uncleared` and so on; nil for nothing to say.
  public var evidence: String?
  /// How often each label occurs among the sample's candidates, as `0:7 3:8`; nil without
  /// candidates.
  public var candidateLabels: String?
  /// From 0, all candidates have one label, to 1, two labels are as frequent as each other; nil
  /// without candidates.
  public var doubt: Double?
  /// Which candidate replaces the image; nil if it stays.
  public var candidate: Int?
  /// Distance of that candidate from the original.
  public var distance: Double?
  /// Pixels of which a channel changed.
  public var pixelsChanged = 0
  /// The greatest change of a byte, and the mean over all bytes, in 1/255.
  public var greatestChange = 0
  public var meanChange = 0.0

  public init(sample: Int, name: String, oldLabel: Int, newLabel: Int, purifiedName: String?) {
    self.sample = sample
    self.name = name
    self.oldLabel = oldLabel
    self.newLabel = newLabel
    self.purifiedName = purifiedName
  }
}

/// What a detector says of a sample.
public struct ScoreRecord: Codable, Hashable, Sendable {
  /// The detector's name, as users write it.
  public var detector: String
  public var sample: Int
  /// Trust, from 0 to 1; nil if it could not be judged.
  public var score: Double?
  public var isFlagged: Bool
  /// Whether it is in the detector's list of samples to trust.
  public var isTrusted: Bool

  public init(detector: String, sample: Int, score: Double?, isFlagged: Bool, isTrusted: Bool) {
    self.detector = detector
    self.sample = sample
    self.score = score
    self.isFlagged = isFlagged
    self.isTrusted = isTrusted
  }
}

/// Evidence on whether a class is the target of poison.
public struct TargetRecord: Codable, Hashable, Sendable {
  public var label: Int
  /// Where it comes from: a test of the method, such as `transplants`, or a detector's name.
  public var source: String
  public var isSuspicious: Bool
  /// One sentence; empty for nothing to say.
  public var reason: String
  /// The figures behind it, as a JSON object.
  public var figures: String

  public init(
    label: Int, source: String, isSuspicious: Bool, reason: String = "", figures: String = "{}"
  ) {
    self.label = label
    self.source = source
    self.isSuspicious = isSuspicious
    self.reason = reason
    self.figures = figures
  }
}
