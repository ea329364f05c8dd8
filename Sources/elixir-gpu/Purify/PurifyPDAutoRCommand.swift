import ArgumentParser
import Purification
import Restoration

/// `elixir-gpu purify pd-autor`: restores flagged samples with nothing but the dataset.
struct PurifyPDAutoRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pd-autor",
    abstract: "Restores the samples that a detector flags, with nothing but the dataset.",
    discussion: """
      For poison that shows: samples that differ from their class. Networks learn from the flagged \
      images and from the others, which need not be pairs, to turn one kind into the other; a \
      classifier that is trained without the flagged samples gives the restored ones labels. All \
      others stay byte for byte. It needs no denoiser, but a long training: watch the losses, and \
      the pictures in OUTPUT.partial. --help-hidden shows the options of the networks.

      Examples:
        elixir-gpu purify pd-autor photos --output restored
        elixir-gpu purify pd-autor mnist/train --no-mirror --output restored
        elixir-gpu purify pd-autor photos --flagged suspects.txt --doubtful keep --output restored
      """)

  @OptionGroup var purification: PurificationArguments

  @Option(
    help: ArgumentHelp(
      "A list of the samples to restore, in place of the detector's.", valueName: "list"))
  var flagged: String?

  @Option(help: "The share of each class that is expected to be poison (default: found).")
  var expectedRate: Double?

  @Option(
    help: ArgumentHelp(
      "The layer that the detector looks at, see 'detect pd-autor'.", valueName: "name",
      visibility: .hidden))
  var layer: String?

  @Option(
    name: .customLong("restorer-epochs"),
    help: "Passes over the unflagged images when the restorer is trained.")
  var restorerEpochs = 100

  @Flag(
    inversion: .prefixedNo,
    help: "Mirror half of the images in the restorer's training; wrong for digits and letters.")
  var mirror = true

  @Option(help: "The certainty from which on a restored label is taken, 0 to 1.")
  var threshold = 0.8

  @Option(help: "What becomes of restored samples below it: keep or drop.")
  var doubtful = PDAutoR.Doubtful.drop

  @Option(
    help: ArgumentHelp(
      """
      Samples that are never flagged: a list of samples (.txt), or a detector, such as sift:K.
      """, valueName: "source"))
  var reference: String?

  @Option(
    name: .customLong("restorer-batch"),
    help: ArgumentHelp(
      "Images of either kind in each step of the restorer's training.", visibility: .hidden))
  var restorerBatch = 64

  @Option(
    name: .customLong("restorer-rate"),
    help: ArgumentHelp("The learning rate of the four networks.", visibility: .hidden))
  var restorerRate: Float = 1e-4

  @Option(
    name: .customLong("restorer-width"),
    help: ArgumentHelp(
      "Channels of the generators' first level, a multiple of 4.", visibility: .hidden))
  var restorerWidth = 32

  @Option(help: ArgumentHelp("The weight of the adversarial losses.", visibility: .hidden))
  var adversarialWeight: Float = 1

  @Option(help: ArgumentHelp("The weight of the cycles' losses.", visibility: .hidden))
  var cycleWeight: Float = 10

  @Option(help: ArgumentHelp("The weight of the change of images.", visibility: .hidden))
  var contentWeight: Float = 5

  @Option(
    help: ArgumentHelp(
      "The weight of the change of clean images by the restorer.", visibility: .hidden))
  var identityWeight: Float = 0

  @Flag(help: ArgumentHelp("Plain U-Nets, without a transformer.", visibility: .hidden))
  var plainUnet = false

  @Flag(
    help: ArgumentHelp("Discriminators that see patches of one size.", visibility: .hidden))
  var singleGranularity = false

  @OptionGroup(title: "Options of the classifier that the detector looks into")
  var victim: VictimArguments

  func validate() throws {
    for (name, value) in [
      ("--restorer-epochs", restorerEpochs), ("--restorer-batch", restorerBatch),
    ] where value < 1 {
      throw ValidationError("\(name) \(value): use at least 1.")
    }
    guard (4...256).contains(restorerWidth), restorerWidth % 4 == 0 else {
      throw ValidationError("--restorer-width \(restorerWidth): use a multiple of 4 up to 256.")
    }
    if !(0...1).contains(threshold) {
      throw ValidationError("--threshold \(threshold): use a number from 0 to 1.")
    }
    if !(restorerRate > 0) {
      throw ValidationError("--restorer-rate \(restorerRate): use a number above 0.")
    }
    for (name, value) in [
      ("--adversarial-weight", adversarialWeight), ("--cycle-weight", cycleWeight),
      ("--content-weight", contentWeight), ("--identity-weight", identityWeight),
    ] where !(value >= 0) {
      throw ValidationError("\(name) \(value): use 0 or more.")
    }
    if let reference {
      switch ReferenceSource(reference) {
      case .list, .detector: break
      case .dataset, nil:
        throw ValidationError(
          "--reference \(reference): use a list of samples (.txt), or a detector such as sift:K.")
      }
    }
  }

  func run() throws {
    try purification.run { _ in
      var method = PDAutoR(
        recipe: recipe, threshold: threshold, doubtful: doubtful, seed: purification.seed)
      method.detector.expectedRate = expectedRate
      method.detector.layer = layer
      method.flagged = flagged
      method.reference.source = reference.flatMap { ReferenceSource($0) }
      method.victim = victim.options(seed: purification.seed)
      return method
    }
  }

  private var recipe: RestorationRecipe {
    RestorationRecipe(
      networks: .init(
        width: restorerWidth, hasTransformer: !plainUnet, isMultiGranularity: !singleGranularity),
      weights: .init(
        adversarial: adversarialWeight, cycle: cycleWeight, content: contentWeight,
        identity: identityWeight),
      learningRate: restorerRate, batchSize: restorerBatch, epochs: restorerEpochs, flips: mirror)
  }
}

extension PDAutoR.Doubtful: ExpressibleByArgument {}
