import Datasets
import Support

/// What a sifting found, and what simpler choices of as many samples would have been.
public struct SiftResult: Codable, Sendable {
  /// A choice of samples.
  public struct Choice: Codable, Sendable {
    /// How the samples were chosen.
    public var name: String
    /// Ascending.
    public var samples: [Int]
    /// The share of its samples that the first choice has, too.
    public var shared: Double
    /// By the ground truth, if it is known: of all, and by class.
    public var corruption: CorruptionRatio?
    public var classCorruption: [CorruptionRatio]?
  }

  /// The sifted samples, those with the lowest losses, and a random choice.
  public var choices: [Choice]
  /// By class.
  public var counts: [Int]
  /// See `SampleWeights.agreementWithLosses`.
  public var agreement: Double?

  /// - Parameters:
  ///   - counts: samples to choose by class.
  ///   - truth: the manipulated samples, if they are known.
  ///   - seed: of the random choice.
  public init(
    _ weights: SampleWeights, of images: any LabelledImages, counts: [Int], truth: Set<Int>?,
    seed: UInt64
  ) {
    let labels = images.labels
    self.counts = counts
    agreement = weights.agreementWithLosses(labels: labels)
    let sifted = SiftSelection.highest(weights.means, labels: labels, counts: counts)
    let all = [
      ("Meta-Sift", sifted),
      (
        "lowest loss",
        SiftSelection.highest(weights.losses.map { -$0 }, labels: labels, counts: counts)
      ),
      ("random", SiftSelection.random(labels: labels, counts: counts, seed: seed)),
    ]
    let chosen = Set(sifted)
    choices = all.map { name, samples in
      let corruption = truth.map {
        CorruptionRatio.all(
          of: samples, labels: labels, classCount: images.classCount, poisoned: $0)
      }
      return Choice(
        name: name, samples: samples,
        shared: Double(samples.count { chosen.contains($0) }) / Double(max(1, samples.count)),
        corruption: corruption?.total, classCorruption: corruption?.classes)
    }
  }

  /// The sifted samples, ascending.
  public var samples: [Int] { choices[0].samples }

  /// Classes that hold poison, by the ground truth.
  var poisonedClasses: [Int] {
    (choices[0].classCorruption ?? []).indices.filter {
      (choices[0].classCorruption?[$0].expected ?? 0) > 0
    }
  }

  /// Heading and rows that compare the choices; corruption of all and of each poisoned class where
  /// the truth is known.
  public func table(classNames: [String]) -> (heading: [String], rows: [[String]]) {
    let isKnown = choices[0].corruption != nil
    let classes = poisonedClasses
    let heading =
      ["choice", "samples", "shared"]
      + (isKnown ? ["poisoned", "CR", "NCR"] : [])
      + classes.flatMap { ["CR of \(classNames[$0])", "NCR of \(classNames[$0])"] }
    let rows = choices.map { choice in
      let ratios =
        [choice.corruption].compactMap { $0 }
        + classes.compactMap {
          choice.classCorruption?[$0]
        }
      return [choice.name, "\(choice.samples.count)", Self.percent(choice.shared)]
        + (choice.corruption.map { ["\($0.poisoned)"] } ?? [])
        + ratios.flatMap { [Self.percent($0.ratio), Self.percent($0.normalized)] }
    }
    return (heading, rows)
  }

  private static func percent(_ share: Double?) -> String {
    share.map { NumberFormat.percent($0) } ?? "-"
  }
}
