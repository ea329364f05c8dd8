import ArgumentParser
import ComputeBackend
import Datasets
import Detection
import Runs
import Sifting
import Support
import Training

/// The options of a method that scores samples and judges classes.
struct ScoringArguments: ParsableArguments {
  @OptionGroup var detection: DetectionArguments

  @Option(
    help: "List so many samples of each class, the best ones (default: all not flagged).")
  var perClass: Int?

  @Option(
    help: ArgumentHelp(
      "With --truth, write the precision-recall curve here.", valueName: "svg"))
  var prCurve: String?

  func validate() throws {
    if let perClass, perClass < 1 {
      throw ValidationError("--per-class \(perClass): use at least 1.")
    }
    if prCurve != nil, detection.truth == nil {
      throw ValidationError("--pr-curve needs --truth.")
    }
  }

  /// Runs a detector, writes its list and says what came of it.
  ///
  /// - Parameters:
  ///   - victim: which victim it looks at; nil if it needs none.
  ///   - settings: how the method was set, for the list.
  func run<Method: Detector>(
    _ detector: Method, victim: EvidenceArguments? = nil, settings: [String] = []
  ) throws {
    try run(Method.id, victim: victim, settings: settings) { try detector.scores($0, $1) }
  }

  /// The same of whatever makes scores.
  ///
  /// - Parameter method: its name.
  func run(
    _ method: String, victim: EvidenceArguments?, settings: [String] = [],
    scores make: (DetectionInput, Run) throws -> SampleScores
  ) throws {
    try detection.checkOutputs(inputs: [detection.dataset, detection.truth].compactMap(\.self))
    let source = try detection.reading.open(detection.dataset, record: detection.record)
    let manipulated = try detection.truth(of: source)
    let backend = try detection.device.makeBackend()
    let run = Run.onConsole(
      interrupted: victim == nil ? Interruption.beginsAnew : Interruption.goesOn)
    let folder = EvidenceFolder(detection, victim, of: source, backend: backend, in: run)
    let input = DetectionInput(
      dataset: source, truth: manipulated, victim: victim?.options(seed: detection.seed),
      seed: detection.seed, batchSize: victim?.batch ?? 1, backend: backend, folder: folder.open)
    try run.record { try $0.record([RunFact(.run, "method", method)]) }
    let scores = try run.recordingEnd { try make(input, run) }
    let chosen = perClass.map { ["\($0) of each class"] } ?? []
    try detection.write(
      scores, of: source,
      remark: "method: " + ([method] + settings + chosen).joined(separator: ", "),
      in: folder.opened)
    try detection.record(scores, of: source, as: method, in: run)
    printClasses(scores, names: source.classNames)
    if let manipulated { try report(scores, manipulated, of: source, title: method) }
    print("Written to \(detection.output)")
    try folder.finish()
    try run.keepRecord(
      beside: detection.output,
      try detection.identity(
        method, settings.joined(separator: ", "), of: source, on: backend))
  }

  private func printClasses(_ scores: SampleScores, names: [String]) {
    for (name, verdict) in zip(names, scores.classes) where verdict.isSuspicious {
      print("Class '\(name)' is suspicious: \(verdict.reason)")
    }
    if !scores.classes.contains(where: \.isSuspicious) { print("No class is suspicious") }
    if let reason = scores.unscoredReason {
      print("\(scores.values.count { $0 == nil }) samples have no score: \(reason)")
    }
    print("Flagged \(scores.flagged.count) of \(scores.values.count) samples")
  }

  private func report(
    _ scores: SampleScores, _ manipulated: Set<Int>, of source: ImageDataset, title: String
  ) throws {
    detection.printQuality(scores, manipulated, count: source.count)
    let corruption = CorruptionRatio.all(
      of: scores.trusted, labels: source.labels, classCount: source.classCount,
      poisoned: manipulated
    ).total
    print(
      "Listed samples: CR \(NumberFormat.share(corruption.ratio)), "
        + "NCR \(NumberFormat.share(corruption.normalized))")
    let metrics = ScoreMetrics(
      scores: scores.values, flagged: scores.flagged, poisoned: manipulated)
    for line in metrics.lines { print(line) }
    if let prCurve {
      try AtomicFile.write(Array(metrics.curveSVG(title: title).utf8), to: prCurve)
    }
  }
}

extension ScoreMetrics {
  /// The figures in words.
  fileprivate var lines: [String] {
    func area(_ value: Double?) -> String {
      value.map { NumberFormat.text($0, digits: 4) } ?? "undefined"
    }
    func rate(_ name: String, _ part: Int, _ rest: Int) -> String {
      guard let interval = WilsonInterval(part, of: part + rest) else { return "\(name) undefined" }
      let share = NumberFormat.share(Double(part) / Double(part + rest))
      return "\(name) \(share) [\(NumberFormat.text(100 * interval.lower, digits: 2)), "
        + "\(NumberFormat.text(100 * interval.upper, digits: 2))]"
    }
    let atLimit = NumberFormat.share(truePositiveRate(atFalsePositiveRate: 0.005))
    return [
      "Flagged samples: \(rate("TPR", truePositives, falseNegatives)), "
        + "\(rate("FPR", falsePositives, trueNegatives)), "
        + "precision \(NumberFormat.share(precision)), F1 \(NumberFormat.share(f1))",
      "Scores: AUROC \(area(rocArea)), AUPRC \(area(precisionRecallArea)) (random "
        + "\(area(prevalence))), TPR at 0.5 % FPR \(atLimit)",
    ]
  }
}
