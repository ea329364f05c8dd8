import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison`: a poisoned copy of a dataset, to test a defence.
struct PoisonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poison",
    abstract: "Makes a poisoned copy of a dataset by a published attack, to test a defence.",
    discussion: """
      The copy has the dataset's layout and names. Beside it lie poison-manifest.json (the ground \
      truth, which only 'evaluate' reads), trigger.png and poison-preview.png.

      badnets replaces pixels: a white 3×3 square in the bottom right corner, or the nonzero \
      pixels of --pattern. blended mixes in a random pattern, or the picture of --pattern.

      Examples:
        elixir-gpu poison cifar-10-batches-bin --target 0 --output poisoned
        elixir-gpu poison mnist/train --attack blended --rate 0.1 --output out
        elixir-gpu poison photos --pattern patch.png --all-to-all --output out
      """)

  enum Attack: String, ExpressibleByArgument, CaseIterable {
    case badnets, blended
  }

  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @OptionGroup var destination: OutputArguments

  @Option(help: "badnets or blended.")
  var attack = Attack.badnets

  @Option(help: ArgumentHelp("The patch or the picture to blend in.", valueName: "png"))
  var pattern: String?

  @Option(help: "blended: the weight of the pattern (default: 0.2).")
  var alpha: Double?

  @Option(help: "The label given to all poisoned images: a number or a class name (default: 0).")
  var target: String?

  @Flag(help: "Give every poisoned image the next label, (y + 1) mod K.")
  var allToAll = false

  @Option(help: "The share of all images that is poisoned.")
  var rate = 0.1

  @Flag(help: "Choose among the images of the target class, too.")
  var includeTarget = false

  @Option(help: "Determines which images are poisoned, and blended's random pattern.")
  var seed: UInt64 = 0

  func validate() throws {
    if allToAll && target != nil {
      throw ValidationError("--target and --all-to-all exclude each other.")
    }
    if attack == .badnets && alpha != nil {
      throw ValidationError("--alpha belongs to --attack blended.")
    }
    if let alpha, !(alpha > 0 && alpha <= 1) {
      throw ValidationError("--alpha \(alpha): use a weight above 0, at most 1.")
    }
  }

  func run() throws {
    try destination.check(inputs: [dataset])
    let source = try ImageDataset.open(dataset)
    let mapping: LabelMapping = allToAll ? .allToAll : .allToOne(target: try label(in: source))
    let job = try PoisonJob(
      dataset: source, trigger: try trigger(for: source.shape), mapping: mapping,
      selection: PoisonSelection(rate: rate, includesTarget: includeTarget, seed: seed))
    let manifest = try job.run(output: destination.output, force: destination.force)
    print(
      "Poisoned \(manifest.samples.count) of \(source.count) images of \(dataset)"
        + " (\(source.format.rawValue), \(source.shape), \(source.classCount) classes)")
    let labels = manifest.target.map { "target \($0) (\(source.classNames[Int($0)]))" }
    print(
      "Attack: \(attack.rawValue), \(manifest.mapping.rawValue)" + (labels.map { ", \($0)" } ?? ""))
    print("Written to \(destination.output)")
  }

  /// The target as a label: a number, or else a class name.
  private func label(in dataset: ImageDataset) throws -> Int32 {
    let text = target ?? "0"
    if let label = dataset.classNames.firstIndex(of: text) { return Int32(label) }
    guard let label = Int32(text) else {
      throw ValidationError(
        "--target \(text): the classes are \(dataset.classNames.joined(separator: ", ")).")
    }
    return label
  }

  private func trigger(for shape: ImageShape) throws -> Trigger {
    switch (attack, pattern) {
    case (.badnets, nil): .whiteSquare(shape)
    case (.badnets, let path?): try .patch(from: path, for: shape)
    case (.blended, nil): .blendedNoise(shape, alpha: alpha ?? 0.2, seed: seed)
    case (.blended, let path?): try .blended(from: path, for: shape, alpha: alpha ?? 0.2)
    }
  }
}
