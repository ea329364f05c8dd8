import Foundation

/// Whether a class is the target of an attack, and by what evidence.
public struct TargetEvidence: Equatable, Codable, Sendable {
  public enum Standing: String, Codable, Sendable {
    /// No evidence of an attack.
    case clear
    /// Something is wrong with it, but not shown to be a trigger.
    case suspected
    case target
  }

  public var label: Int
  public var samples: Int
  /// Samples whose candidates agree on other labels than the dataset's.
  public var moved: Int
  /// Samples that neither the victim, nor their candidates, give the dataset's label.
  public var unbelieved: Int
  /// Samples whose transplants were tested.
  public var donors: Int
  /// Donors whose transplants brought the label along.
  public var bringers: Int
  /// Those whose transplants disrupt every class.
  public var carriers: Int
  /// Donors that would be carriers, did their difference not bring the label with either sign:
  /// texture, or waves.
  public var textured: Int
  /// How often transplants would do so by chance, at most.
  public var nullRate: Double
  /// The chance of so many carriers or more in any of the classes.
  public var pValue: Double
  /// The chance of so many carriers and textured donors together, or more.
  public var texturedPValue: Double
  /// The chance of so many donors that bring the label, or more.
  public var bringersPValue: Double
  /// The chance of so many unbelieved samples or more in any of the classes.
  public var unbelievedPValue: Double
  public var standing: Standing
}

/// Finds the labels that an attacker aims at by what transplants do.
///
/// A donor *brings its label* if at least `carrierShare` of the images that received its
/// peculiarity get it, and is a *carrier* if the same transplants disrupt at least
/// `disruptionShare` of the images of third classes, and the opposite difference does not bring the
/// label. Chance carriers are counted in the same data,
/// without knowing what is poisoned: transplants that bring a label which is neither the donor's
/// nor the recipients', and transplants in the other direction, of what restorations have, which no
/// trigger explains. The greater of these rates, and at least `leastNullRate`, is what each donor
/// is given as its chance. A class is a target if so many carriers have a probability of at most
/// `falseAlarmRate` over all classes together (Bonferroni). Nothing is compared between classes, so
/// that one target, several, or all are found, and classes without samples do not count.
public struct TargetTest: Sendable {
  public static let carrierShare = 0.75
  public static let leastNullRate = 0.05
  /// Donors that bring their label without being carriers are suspicious only beyond this rate:
  /// classes that are hard to tell apart have some.
  public static let leastBringerRate = 0.25
  public static let disruptionShare = 0.75
  /// What brings a label with the opposite sign this much as often is no trigger by itself.
  public static let oppositeShare = 0.5
  public static let fewestCarriers = 3
  public static let falseAlarmRate = 0.01
  /// Below this probability a class gets a second look.
  public static let secondLookRate = 0.5
  /// A class may have twice as many unbelieved samples as a typical one, and always this share.
  public static let leastUnbelievedRate = 0.02

  /// The rule in a user's words.
  public static let rule = """
    A sample is a carrier if what the denoiser took away from it, put on other images, gives at \
    least \(Int(100 * carrierShare)) % of them its label, takes their own from \
    \(Int(100 * disruptionShare)) % of images of any class, and does not do so with the opposite \
    sign (texture does). A class is a target if it has more \
    carriers than chance explains: the rate of chance is taken from the same data (labels that \
    are neither the sample's nor the recipients', and transplants of what restorations have), at \
    least \(Int(100 * leastNullRate)) %, and the probability of so many over all classes must be \
    at most \(Int(100 * falseAlarmRate)) %.
    """

  /// What is known of a class besides its donors.
  public struct Counts: Equatable, Sendable {
    public var samples = 0
    public var moved = 0
    public var unbelieved = 0
    /// Samples of other classes that the victim takes for this one, and that moved.
    public var claimed = 0

    public init(samples: Int = 0, moved: Int = 0, unbelieved: Int = 0, claimed: Int = 0) {
      self.samples = samples
      self.moved = moved
      self.unbelieved = unbelieved
      self.claimed = claimed
    }
  }

  /// What the transplants of one donor did.
  package struct Trial {
    package var donor: Donor
    var forward: TransplantOutcome
    /// nil if the donor's class has no recipients.
    package var reverse: TransplantOutcome?

    /// By kind of transplant, the share of third classes' images that it disrupts; nil if the
    /// transplants do not bring the label to begin with.
    package var disruption: [Double]?
    /// The share of recipients that get the label if the difference is subtracted; nil if the
    /// transplants do not bring it to begin with.
    package var subtracted: Double?

    package init(donor: Donor, forward: TransplantOutcome, reverse: TransplantOutcome?) {
      self.donor = donor
      self.forward = forward
      self.reverse = reverse
    }

    /// Whether transplants bring the label to the class that the donor would be of without.
    package var bringsLabel: Bool { forward.share(of: donor.label) >= TargetTest.carrierShare }
    /// Whether a kind does that, is seen on every class, and is not texture.
    package var isCarrier: Bool {
      carryingKinds.contains { Transplant.Kind.carrying[$0] != .added || !addsTexture }
    }
    /// Whether it would be a carrier, but adds texture only.
    package var isTextured: Bool { !carryingKinds.isEmpty && !isCarrier }

    private var carryingKinds: [Int] {
      guard let disruption else { return [] }
      return disruption.indices.filter { kind in
        forward.share(of: donor.label, kind: kind) >= TargetTest.carrierShare
          && disruption[kind] >= TargetTest.disruptionShare
      }
    }

    /// A class of more texture than the others gets more of everything: of the difference with
    /// either sign.
    private var addsTexture: Bool {
      guard let subtracted,
        let added = Transplant.Kind.carrying.firstIndex(of: .added)
      else { return false }
      return subtracted >= TargetTest.oppositeShare * forward.share(of: donor.label, kind: added)
    }
  }

  private let counts: [Counts]
  private let trials: [Trial]
  /// Whether the victim has learned the data, so that what it does not believe is not its own
  /// mistake.
  private let trustsVictim: Bool

  package init(counts: [Counts], trials: [Trial], trustsVictim: Bool = true) {
    self.counts = counts
    self.trials = trials
    self.trustsVictim = trustsVictim
  }

  /// A victim is trusted that gives this share of a typical class's originals their label.
  public static let learnedShare = 0.9

  /// Evidence about each class that has samples.
  package func evidence() -> [TargetEvidence] {
    let present = counts.indices.filter { counts[$0].samples > 0 }
    let reverse = Self.rate(
      trials.compactMap { trial in
        trial.reverse.map { $0.share(of: trial.donor.other) >= Self.carrierShare }
      })
    let typical = AnomalyIndex.median(
      present.map { Double(counts[$0].unbelieved) / Double(counts[$0].samples) })
    return present.map { label in
      let own = trials.filter { $0.donor.label == label }
      let carriers = own.count(where: \.isCarrier)
      let wrong = Self.rate(
        trials.filter { $0.donor.label != label && $0.donor.other != label }
          .map { $0.forward.share(of: label) >= Self.carrierShare })
      // Without a third class nothing tells carriers from what makes two classes alike.
      let least = present.count > 2 ? Self.leastNullRate : Self.leastBringerRate
      let null = min(max(reverse, wrong, least), 1)
      let families = Double(present.count)
      func chance(_ hits: Int, rate: Double) -> Double {
        hits < Self.fewestCarriers
          ? 1 : min(1, families * binomialTail(hits, of: own.count, probability: rate))
      }
      let bringers = own.count(where: \.bringsLabel)
      let bringing = chance(bringers, rate: max(null, Self.leastBringerRate))
      let probability = chance(carriers, rate: null)
      let textured = own.count(where: \.isTextured)
      let texturing = chance(carriers + textured, rate: null)
      let count = counts[label]
      // Of a class that is merely hard, the victim takes about as many samples of others for it.
      let unbelieved = min(
        1,
        families
          * max(
            binomialTail(
              count.unbelieved, of: count.samples,
              probability: min(1, max(2 * typical, Self.leastUnbelievedRate))),
            binomialTail(
              count.unbelieved, of: count.unbelieved + count.claimed,
              probability: LabelAsymmetry.honestShare)))
      let standing: TargetEvidence.Standing =
        if probability <= Self.falseAlarmRate {
          .target
        } else if bringing <= Self.falseAlarmRate || texturing <= Self.falseAlarmRate
          || (trustsVictim && unbelieved <= Self.falseAlarmRate
            && count.unbelieved >= Self.fewestCarriers)
        {
          .suspected
        } else {
          .clear
        }
      return TargetEvidence(
        label: label, samples: count.samples, moved: count.moved, unbelieved: count.unbelieved,
        donors: own.count, bringers: bringers, carriers: carriers, textured: textured,
        nullRate: null, pValue: probability, texturedPValue: texturing, bringersPValue: bringing,
        unbelievedPValue: unbelieved, standing: standing)
    }
  }

  /// The share of hits, one more of each being assumed; 0 without trials.
  static func rate(_ hits: [Bool]) -> Double {
    hits.isEmpty ? 0 : Double(hits.count { $0 } + 1) / Double(hits.count + 1)
  }
}
