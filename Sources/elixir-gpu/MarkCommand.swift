import ArgumentParser
import Datasets
import Foundation
import Models
import Runs
import Support
import Tracing

/// `elixir-gpu mark`: a copy of a dataset whose use in training can be traced.
struct MarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mark",
    abstract: "Marks images so that their use in training can be traced (Radioactive Data).",
    discussion: """
      A share of each class's images is changed, each pixel by at most --epsilon of 255, so that \
      features of the marking network move along a random direction of the class. A classifier \
      trained on these images leans to the same directions, which 'trace' tests.

      The copy has the dataset's layout and names. Beside it lie mark-preview.png and \
      mark-manifest.json: the directions, and which images are marked. Keep the latter, and do not \
      give it away with the dataset.

      Examples:
        elixir-gpu mark data_batch_1.bin --marking-network resnet20.safetensors --flip \
      --output marked
        elixir-gpu mark photos --marking-network resnet18.safetensors --classes cat,dog \
      --budget 0.2 --output marked
      """)

  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @Option(help: ArgumentHelp("A classifier of such images.", valueName: "safetensors"))
  var markingNetwork: String

  @OptionGroup var destination: OutputArguments

  @Option(help: "The greatest change of a pixel's channel, 1 to 255.")
  var epsilon = 10

  @Option(help: "The share of each class's images that is marked.")
  var budget = 0.1

  @Option(
    help: ArgumentHelp("Mark these classes only: names or numbers.", valueName: "a,b,…"))
  var classes: String?

  @Option(help: "Steps of gradient descent on each image.")
  var epochs = 90

  @Option(help: "Of the descent, in the network's normalised units.")
  var learningRate: Float = 1

  @Option(help: "λ₁: weighs how far features move, in whatever direction.")
  var featurePenalty: Float = 0.3

  @Option(help: "λ₂: weighs how far pixels move, squared.")
  var imagePenalty: Float = 0.0005

  @Option(
    help: "Each step sees a random window of at least this share of the image; 1 for all of it.")
  var smallestCrop = 1.0

  @Flag(help: "Each step may see the mirror image; wrong for digits and letters.")
  var flip = false

  @Option(help: "Determines directions, images and windows.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    guard (1...255).contains(epsilon) else {
      throw ValidationError("--epsilon \(epsilon): use 1 to 255.")
    }
    if epochs < 1 { throw ValidationError("--epochs \(epochs): use at least 1.") }
    if !(learningRate > 0) {
      throw ValidationError("--learning-rate \(learningRate): use a number above 0.")
    }
    for (name, value) in [("--feature-penalty", featurePenalty), ("--image-penalty", imagePenalty)]
    where !(value >= 0) { throw ValidationError("\(name) \(value): use 0 or more.") }
    guard smallestCrop > 0, smallestCrop <= 1 else {
      throw ValidationError("--smallest-crop \(smallestCrop): use a share above 0, at most 1.")
    }
  }

  func run() throws {
    try destination.check(inputs: [dataset, markingNetwork])
    let source = try reading.open(dataset)
    let network = try ClassifierFile.load(
      URL(fileURLWithPath: markingNetwork), on: try device.makeBackend())
    let job = try MarkJob(
      dataset: source, network: network,
      selection: MarkSelection(budget: budget, classes: try labels(in: source), seed: seed),
      recipe: MarkingRecipe(
        epsilon: epsilon, iterations: epochs, learningRate: learningRate,
        featurePenalty: featurePenalty, imagePenalty: imagePenalty,
        view: RandomView(smallestArea: smallestCrop, flips: flip), seed: seed))
    let run = Run.onConsole()
    let manifest = try job.run(output: destination.output, force: destination.force, in: run)
    try run.noteTimes()
    try run.keepRecord(
      beside: destination.output,
      [
        "dataset": try source.fingerprint(), "seed": String(seed),
        "marking network checksum": try SHA256.hexDigest(ofFile: markingNetwork),
      ])
    print(
      "Marked \(manifest.samples.count) of \(source.count) images of \(dataset), "
        + "\(manifest.classes.count) of \(source.classCount) classes, each pixel by at most "
        + "\(epsilon)")
    print(
      "Features moved by \(NumberFormat.text(manifest.meanShift, digits: 2)) along the marks "
        + "and by \(NumberFormat.text(manifest.meanLength, digits: 2)) in all, on average")
    print("Written to \(destination.output); keep \(MarkManifest.fileName) to yourself")
  }

  /// `--classes` as labels: names, or else numbers.
  private func labels(in dataset: ImageDataset) throws -> [Int32]? {
    guard let classes else { return nil }
    let names = classes.split(separator: ",")
    guard !names.isEmpty else { throw ValidationError("--classes \(classes): name a class.") }
    return try names.map { try dataset.label(named: String($0), option: "--classes") }
  }
}
