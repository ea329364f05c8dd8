import ArgumentParser
import Datasets
import Detection
import Runs
import Support

/// The options of every method of `detect`, and how a method runs.
struct DetectionArguments: ParsableArguments {
  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @Option(help: ArgumentHelp("The list of samples to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace an earlier list of samples.")
  var force = false

  @Option(help: ArgumentHelp("Write every sample's score here, and why.", valueName: "csv"))
  var evidence: String?

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
    let source = try ImageDataset.open(dataset)
    let manipulated = try truth.map { try GroundTruth.load($0, of: source).indices }
    let input = DetectionInput(
      dataset: source, features: features?.features, featureSide: features?.featureSize,
      truth: manipulated, seed: seed, batchSize: features?.batch ?? 1,
      backend: try device.makeBackend())
    let scores = try detector.scores(input, Run(handler: RunConsole().show))
    if let evidence { try write(scores, of: source, to: evidence) }
    let listed = scores.trusted
    try SampleIndexFile.write(
      listed, fingerprint: try source.fingerprint(),
      remarks: [remark(source), "listed: \(listed.count) of \(source.count)"], to: output)
    print("Listed \(listed.count) of \(source.count) samples of \(dataset)")
    if let manipulated {
      let quality = ReferenceQuality(
        reference: listed, manipulated: manipulated, count: source.count)
      print("Precision \(percent(quality.precision)), recall \(percent(quality.recall))")
    }
    print("Written to \(output)")
  }

  /// Throws unless list and table can be written, and keeps others from writing the list.
  private func checkOutputs(inputs: [String]) throws {
    try SampleIndexFile.check(output, force: force, inputs: inputs)
    if let evidence {
      try OutputFile.check(
        evidence, force: true, kind: "a table of scores", beginning: "sample,", inputs: inputs)
    }
    try OutputLock.hold(output)
  }

  private func write(_ scores: SampleScores, of source: ImageDataset, to path: String) throws {
    let listed = Set(scores.trusted)
    let (columns, rows) = scores.evidence
    let file = try CSVFile(path, columns: ["sample", "label"] + columns + ["score", "listed"])
    for sample in 0..<source.count {
      try file.append(
        [source.name(of: sample), source.classNames[Int(source.labels[sample])]]
          + (rows.isEmpty ? [] : rows[sample])
          + ["\(scores.values[sample])", listed.contains(sample) ? "1" : "0"])
    }
    try file.close()
  }

  private func percent(_ share: Double?) -> String {
    share.map { NumberFormat.percent($0, digits: 2) } ?? "undefined"
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
