import ArgumentParser
import ComputeBackend
import Datasets
import Detection
import Runs
import Sifting
import Support
import Training

/// The options of every method of `detect`, and how a method runs.
struct DetectionArguments: ParsableArguments {
  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup(visibility: .hidden) var record: AttackRecordArguments

  @Option(help: ArgumentHelp("The list of samples to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace an earlier list of samples.")
  var force = false

  @Option(
    name: [.customLong("scores"), .customLong("evidence")],
    help: ArgumentHelp("Write every sample's score here, and why.", valueName: "csv"))
  var scores: String?

  @Option(
    help: ArgumentHelp(
      "The manifest that 'poison' or 'mark' wrote, or its folder: which samples are manipulated.",
      valueName: "path"))
  var truth: String?

  @Option(help: "Determines what is drawn.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  /// Runs a detector, writes its list and says what came of it.
  ///
  /// - Parameter remark: how the method was set, for the list.
  func run(
    _ detector: any Detector, features: FeatureArguments? = nil, remark: (ImageDataset) -> String
  ) throws {
    try checkOutputs(inputs: [dataset, truth, features?.features].compactMap(\.self))
    let source = try reading.open(dataset, record: record)
    let manipulated = try truth(of: source)
    let input = DetectionInput(
      dataset: source, features: features?.features, featureSide: features?.featureSize,
      truth: manipulated, seed: seed, batchSize: features?.batch ?? 1,
      backend: try device.makeBackend())
    let run = Run.onConsole()
    let scores = try run.recordingEnd { try detector.scores(input, run) }
    try write(scores, of: source, remark: remark(source))
    try record(scores, of: source, as: type(of: detector).id, in: run)
    try run.keepRecord(
      beside: output,
      try identity(
        type(of: detector).id, remark(source), of: source, on: input.backend))
    if let manipulated { printQuality(scores, manipulated, count: source.count) }
    print("Written to \(output)")
  }

  /// Throws unless list and table can be written, and keeps others from writing the list.
  func checkOutputs(inputs: [String]) throws {
    try OutputLock.check(output) {
      try SampleIndexFile.check(output, force: force, inputs: inputs)
      if let scores {
        try OutputFile.check(
          scores, force: true, kind: "a table of scores", beginning: "sample,", inputs: inputs)
      }
    }
  }

  func truth(of source: ImageDataset) throws -> Set<Int>? {
    try truth.map { try GroundTruth.load($0, of: source).indices }
  }

  /// Writes the list and the table of a detector's scores.
  ///
  /// - Parameter folder: the run's, if it has one.
  func write(
    _ found: SampleScores, of source: ImageDataset, remark: String, in folder: RunFolder? = nil
  ) throws {
    if let scores { try ScoreTable(found).write(of: source, to: scores) }
    let listed = found.trusted
    try SampleIndexFile.write(
      listed, fingerprint: try source.fingerprint(),
      remarks: [remark, "listed: \(listed.count) of \(source.count)"], to: output,
      before: { try folder?.expectOutput($0) })
    print("Listed \(listed.count) of \(source.count) samples of \(dataset)")
  }

  /// Records what a detector found.
  func record(_ found: SampleScores, of source: ImageDataset, as name: String, in run: Run) throws {
    let (listed, flagged) = (Set(found.trusted), Set(found.flagged))
    try run.record(samplesOf: source) {
      flagged.contains($0) ? "flagged" : listed.contains($0) ? "listed" : nil
    }
    try found.record(as: name, in: run)
  }

  /// What the scores depend on.
  func identity(
    _ method: String, _ settings: String, of source: ImageDataset, on backend: any ComputeBackend
  ) throws -> [String: String] {
    [
      "method": method, "settings": settings, "dataset": try source.fingerprint(),
      "seed": String(seed), "device": backend.description.identifier,
      "precision": backend.description.precision.rawValue,
    ]
  }

  func printQuality(_ scores: SampleScores, _ manipulated: Set<Int>, count: Int) {
    let quality = ReferenceQuality(
      reference: scores.trusted, manipulated: manipulated, count: count)
    print(
      "Precision \(NumberFormat.share(quality.precision)), "
        + "recall \(NumberFormat.share(quality.recall))")
  }
}

/// The classifier whose features a detector compares.
struct FeatureArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A trained classifier.", valueName: "safetensors"))
  var features: String

  @Option(help: "Resize images to this side for the classifier (default: their own).")
  var featureSize: Int?

  @Option(help: "Images that go through the classifier at once; changes speed and memory only.")
  var batch = 256

  func validate() throws {
    for (option, value) in [("--batch", batch), ("--feature-size", featureSize ?? 1)]
    where value < 1 { throw ValidationError("\(option) \(value): use at least 1.") }
  }
}

extension NumberFormat {
  /// A share in percent, or that there is none.
  static func share(_ share: Double?) -> String {
    share.map { percent($0, digits: 2) } ?? "undefined"
  }
}
