import ArgumentParser
import Autograd
import Datasets
import Detection
import Foundation
import Models
import Training

/// `elixir-gpu detect`: which samples of a dataset can be trusted.
struct DetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Lists samples that are most likely unmanipulated: reference data.",
    discussion: """
      knn keeps the samples whose label is the most frequent one among their --k nearest neighbours \
      by the features of a classifier; knn-kappa keeps the --kappa samples of each class with most \
      neighbours of their own label. simulated draws samples by the ground truth, with the \
      precision and recall given, to test what reference data are worth.

      With --truth, precision (the share of the listed samples that is unmanipulated) and recall \
      (the share of the unmanipulated samples that is listed) are printed for every method.

      Examples:
        elixir-gpu detect poisoned --method knn-kappa --kappa 100 \
      --features resnet18.safetensors --output reference.txt
        elixir-gpu detect poisoned --method knn --features resnet18.safetensors --k 500 \
      --truth poisoned --evidence votes.csv --output reference.txt
        elixir-gpu detect poisoned --method simulated --truth poisoned \
      --simulated-precision 0.998 --simulated-recall 0.1 --output reference.txt
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case knn
    case knnKappa = "knn-kappa"
    case simulated
  }

  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @Option(help: "knn, knn-kappa or simulated.")
  var method: Method

  @Option(help: ArgumentHelp("The list of samples to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace an earlier list of samples.")
  var force = false

  @Option(help: ArgumentHelp("knn, knn-kappa: a trained classifier.", valueName: "safetensors"))
  var features: String?

  @Option(
    help: "knn, knn-kappa: resize images to this side for the classifier (default: their own).")
  var featureSize: Int?

  @Option(help: "knn, knn-kappa: neighbours that vote (default: the mean number of samples per class).")
  var k: Int?

  @Option(help: "knn-kappa: samples to list of each class.")
  var kappa: Int?

  @Option(
    help: ArgumentHelp("knn, knn-kappa: write every sample's votes here.", valueName: "csv"))
  var evidence: String?

  @Option(help: "Images that go through the classifier at once; changes speed and memory only.")
  var batch = 256

  @Option(
    help: ArgumentHelp(
      "The manifest that 'poison' or 'mark' wrote, or its folder: which samples are manipulated.",
      valueName: "path"))
  var truth: String?

  @Option(help: ArgumentHelp("simulated: the precision to reach.", valueName: "q"))
  var simulatedPrecision: Double?

  @Option(help: ArgumentHelp("simulated: the recall to reach.", valueName: "r"))
  var simulatedRecall: Double?

  @Option(help: "simulated: determines the choice.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    let byNeighbors = method != .simulated
    let given: [(option: String, isGiven: Bool, isWanted: Bool, isNeeded: Bool)] = [
      ("--features", features != nil, byNeighbors, byNeighbors),
      ("--feature-size", featureSize != nil, byNeighbors, false),
      ("--k", k != nil, byNeighbors, false),
      ("--evidence", evidence != nil, byNeighbors, false),
      ("--kappa", kappa != nil, method == .knnKappa, method == .knnKappa),
      ("--simulated-precision", simulatedPrecision != nil, !byNeighbors, !byNeighbors),
      ("--simulated-recall", simulatedRecall != nil, !byNeighbors, !byNeighbors),
      ("--truth", truth != nil, true, !byNeighbors),
    ]
    for (option, isGiven, isWanted, isNeeded) in given {
      if isGiven && !isWanted {
        throw ValidationError("\(option) does not belong to --method \(method.rawValue).")
      }
      if isNeeded && !isGiven {
        throw ValidationError("--method \(method.rawValue) needs \(option).")
      }
    }
    for (option, value) in [("--batch", batch), ("--feature-size", featureSize ?? 1)]
    where value < 1 { throw ValidationError("\(option) \(value): use at least 1.") }
  }

  func run() throws {
    try SampleIndexFile.check(output, force: force)
    let source = try ImageDataset.open(dataset)
    let manipulated = try truth.map { try GroundTruth.load($0, of: source).indices }
    let reference: [Int]
    let remark: String
    if let simulatedPrecision, let simulatedRecall, let manipulated {
      let detector = SimulatedDetector(
        precision: simulatedPrecision, recall: simulatedRecall, seed: seed)
      reference = try detector.reference(manipulated: manipulated, count: source.count)
      remark = "method: simulated, precision \(simulatedPrecision), recall \(simulatedRecall), seed \(seed)"
    } else {
      (reference, remark) = try byNeighbors(source)
    }
    try SampleIndexFile.write(
      reference, fingerprint: try source.fingerprint(),
      remarks: [remark, "listed: \(reference.count) of \(source.count)"], to: output)
    print("Listed \(reference.count) of \(source.count) samples of \(dataset)")
    if let manipulated {
      let quality = ReferenceQuality(
        reference: reference, manipulated: manipulated, count: source.count)
      print("Precision \(percent(quality.precision)), recall \(percent(quality.recall))")
    }
    print("Written to \(output)")
  }

  private func byNeighbors(_ source: ImageDataset) throws -> (reference: [Int], remark: String) {
    let labels = source.labels
    let detector = NearestNeighborDetector(
      k: k ?? NearestNeighborDetector.samplesPerClass(labels),
      selection: kappa.map { .mostConfident(perClass: $0) } ?? .agreeing)
    try source.requireSeveralClasses()
    try detector.check(labels: labels, classNames: source.classNames)
    let neighbors = try NearestNeighbors(try featureVectors(of: source))
    let line = ProgressLine("neighbours", unit: "samples", total: source.count)
    let votes = try neighbors.votes(
      k: detector.k, labels: labels, classCount: source.classCount
    ) { line.update($0) }
    line.finish()
    let reference = try detector.reference(votes: votes, labels: labels)
    if let evidence { try write(votes, of: source, reference: Set(reference), to: evidence) }
    let kappa = kappa.map { ", kappa \($0)" } ?? ""
    return (reference, "method: \(method.rawValue), k \(detector.k)\(kappa)")
  }

  /// Features `[N, d]` on the device.
  private func featureVectors(of source: ImageDataset) throws -> Tensor {
    let path = features ?? ""
    let network = try ClassifierFile.load(URL(fileURLWithPath: path), on: device.makeBackend())
    let channels = network.configuration.inputChannels
    guard channels == source.channels else {
      throw DetectionError.unsuitableModel(
        path: path, reason: "it takes \(channels) channels, but the images are \(source.shape)")
    }
    let line = ProgressLine("features", total: source.count)
    let vectors = try FeatureExtractor(network, side: featureSize)
      .features(of: source, batchSize: batch) { line.update($0) }
    line.finish()
    return vectors
  }

  private func write(
    _ votes: [NeighborVote], of source: ImageDataset, reference: Set<Int>, to path: String
  ) throws {
    let file = try CSVFile(path, columns: ["sample", "label", "agreeing", "plurality", "listed"])
    for (sample, vote) in votes.enumerated() {
      try file.append([
        source.name(of: sample), source.classNames[Int(source.labels[sample])],
        "\(vote.agreeing)", source.classNames[Int(vote.plurality)],
        reference.contains(sample) ? "1" : "0",
      ])
    }
    try file.close()
  }

  private func percent(_ share: Double?) -> String {
    share.map { FigureText.text(100 * $0, digits: 2) + " %" } ?? "undefined"
  }
}
