import Detection

/// Whether samples of a class carry a trigger although restorations keep their label.
public struct KeptLabelEvidence: Codable, Equatable, Sendable {
  public var label: Int
  /// Samples whose transplants were tested.
  public var tested: Int
  /// Those whose transplants bring the label to images of all other classes.
  public var carriers: Int
  /// How often transplants would do so by chance, at most.
  public var nullRate: Double
  /// The chance of so many carriers or more in any of the classes.
  public var pValue: Double
  /// Detectors that suspect the class.
  public var detectors: [String]

  /// The share of foreign images that must get a carrier's label: less than where a sample betrays
  /// itself by another label, since triggers on samples whose label is right anyway are learned
  /// less surely.
  public static let carrierShare = 0.5

  /// Both must say so: what a class's own strokes do to other images may look like a trigger (what
  /// makes an 8 makes many a digit an 8), but detectors have no reason to suspect it then.
  public var isTarget: Bool {
    pValue <= TargetTest.falseAlarmRate && Vote.usual.isSuspicious(to: detectors)
  }

  /// What transplants of a sample, and the reverse ones, did on images of all other classes.
  struct Trial {
    var donor: Donor
    var forward: TransplantOutcome
    var reverse: TransplantOutcome

    func brings(_ label: Int) -> Bool {
      forward.gainedShare(of: label) >= KeptLabelEvidence.carrierShare
    }

    var isCarrier: Bool { brings(donor.label) }
  }

  /// Evidence about each class that was tested; the rule and its null are those of `TargetTest`.
  static func all(
    _ trials: [Trial], opinions: DetectorOpinions
  ) -> [KeptLabelEvidence] {
    let reverse = TargetTest.rate(
      trials.map { $0.reverse.gainedShare(of: $0.donor.label) >= carrierShare })
    let byLabel = Dictionary(grouping: trials, by: \.donor.label)
    return byLabel.keys.sorted().map { label in
      let own = byLabel[label] ?? []
      let wrong = TargetTest.rate(
        trials.filter { $0.donor.label != label }.map { $0.brings(label) })
      let null = min(max(reverse, wrong, TargetTest.leastNullRate), 1)
      let carriers = own.count(where: \.isCarrier)
      let chance =
        carriers < TargetTest.fewestCarriers
        ? 1
        : min(
          1,
          Double(byLabel.count) * binomialTail(carriers, of: own.count, probability: null))
      return KeptLabelEvidence(
        label: label, tested: own.count, carriers: carriers, nullRate: null, pValue: chance,
        detectors: opinions.detectors(suspecting: label))
    }
  }
}
