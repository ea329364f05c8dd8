import Foundation
import Runs
import Support

/// Distrusts samples that stand out of a class once the features of its other samples are made
/// white (SPECTRE, Hayase et al., ICML 2021).
///
/// Assumes several shares of poison, and takes for each class the one with which the logarithm of
/// its ratio to normal data (`SpectreClass`) lies highest above the median class's. A class is
/// suspicious if that is by more than e² standard deviations (by the median absolute deviation),
/// if normal data never had its excess, and half of it on average at most.
public struct SpectreDetector: PerClassDetector {
  public static let id = "spectre"
  public static let unaided: Self? = SpectreDetector()

  /// ε: the share of a poisoned class that is expected to be poison; nil for several.
  public var expectedRate: Double?
  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init() { self.init(expectedRate: nil) }

  public init(expectedRate: Double?, perClass: Int? = nil) {
    self.expectedRate = expectedRate
    self.perClass = perClass
  }

  /// Shares of poison that are assumed, where none is expected.
  package static let rates = [0.01, 0.05, 0.1, 0.33]
  /// Fewer samples of a class are not judged.
  package static let leastSamples = 20

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    try WorstOfClasses.check(expectedRate)
    let features = try input.evidence.features(run)
    let members = ClassMembers(dataset.labels.indices, labels: dataset.labels).classes
      .filter { $0.samples.count >= Self.leastSamples }
    guard !members.isEmpty else {
      throw DetectionError.classesTooSmall(needed: Self.leastSamples)
    }
    let rates = expectedRate.map { [$0] } ?? Self.rates
    let count = try run.count("filters", of: members.count, unit: "classes")
    let classes = try members.enumerated().map { number, member in
      let judged = ClassMembers.judged(member.samples, label: member.label, seed: input.seed)
      let found = try SpectreClass(
        features.matrix(judged), rates: rates, seed: input.seed, stream: member.label)
      try count(number + 1)
      return found
    }
    let choices = Self.choose(classes)
    var badness = [Double?](repeating: nil, count: dataset.count)
    for (place, member) in members.enumerated() {
      let scores = try features.map(member.samples) {
        classes[place].scores(of: $0, by: choices[place].finding.filter)
      }
      for (sample, score) in zip(member.samples, scores) { badness[sample] = score }
    }
    let worst = WorstOfClasses(badness: badness, labels: dataset.labels)
    var verdicts = dataset.classNames.indices.map {
      worst.verdict(
        label: $0, count: 0, isSuspicious: false,
        reason: "it has fewer than \(Self.leastSamples) samples")
    }
    for (member, choice) in zip(members, choices) {
      verdicts[Int(member.label)] = choice.verdict(label: Int(member.label), of: worst)
    }
    let allScored = badness.allSatisfy { $0 != nil }
    return try worst.scores(
      verdicts, classNames: dataset.classNames, perClass: perClass,
      unscoredReason: allScored ? nil : "their class has fewer than \(Self.leastSamples) samples",
      columns: [EvidenceColumn("quantumEntropy", badness)])
  }

  /// Of each class the finding that lies highest above the other classes', in standard deviations
  /// of all classes' findings about their medians; none lies above those of less than three.
  package static func choose(_ classes: [SpectreClass]) -> [SpectreChoice] {
    let excesses = (classes.first?.findings ?? []).indices.map { number in
      let logarithms = classes.map { log($0.findings[number].ratio) }
      let median = Median.of(logarithms) ?? 0
      return logarithms.map { $0 - median }
    }
    let deviation =
      OutlierTest.normalScale * (Median.of(excesses.joined().map { abs($0) }) ?? 0)
    let isJudged = classes.count > 2 && deviation > 0
    return classes.indices.map { place in
      let best = excesses.indices.max { excesses[$0][place] < excesses[$1][place] } ?? 0
      return SpectreChoice(
        finding: classes[place].findings[best],
        index: isJudged ? excesses[best][place] / deviation : 0)
    }
  }
}
