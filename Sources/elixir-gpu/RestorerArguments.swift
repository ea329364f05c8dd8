import ArgumentParser
import Purification
import Restoration

/// How PD-AutoR's restorer is trained, and which of its labels are taken.
struct RestorerArguments: ParsableArguments {
  @Option(
    name: .customLong("restorer-epochs"),
    help: "Passes over the unflagged images when the restorer is trained.")
  var epochs = 100

  @Flag(
    inversion: .prefixedNo,
    help: "Mirror half of the images in the restorer's training; wrong for digits and letters.")
  var mirror = true

  @Option(help: "The certainty from which on a restored label is taken, 0 to 1.")
  var threshold = 0.8

  @Option(
    name: .customLong("restorer-batch"),
    help: ArgumentHelp(
      "Images of either kind in each step of the restorer's training.", visibility: .hidden))
  var batch = 64

  @Option(
    name: .customLong("restorer-rate"),
    help: ArgumentHelp("The learning rate of the four networks.", visibility: .hidden))
  var rate: Float = 1e-4

  @Option(
    name: .customLong("restorer-width"),
    help: ArgumentHelp(
      "Channels of the generators' first level, a multiple of 4.", visibility: .hidden))
  var width = 32

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

  func validate() throws {
    for (name, value) in [("--restorer-epochs", epochs), ("--restorer-batch", batch)]
    where value < 1 {
      throw ValidationError("\(name) \(value): use at least 1.")
    }
    guard (4...256).contains(width), width % 4 == 0 else {
      throw ValidationError("--restorer-width \(width): use a multiple of 4 up to 256.")
    }
    if !(0...1).contains(threshold) {
      throw ValidationError("--threshold \(threshold): use a number from 0 to 1.")
    }
    if !(rate > 0) { throw ValidationError("--restorer-rate \(rate): use a number above 0.") }
    for (name, value) in [
      ("--adversarial-weight", adversarialWeight), ("--cycle-weight", cycleWeight),
      ("--content-weight", contentWeight), ("--identity-weight", identityWeight),
    ] where !(value >= 0) {
      throw ValidationError("\(name) \(value): use 0 or more.")
    }
  }

  var recipe: RestorationRecipe {
    RestorationRecipe(
      networks: .init(
        width: width, hasTransformer: !plainUnet, isMultiGranularity: !singleGranularity),
      weights: .init(
        adversarial: adversarialWeight, cycle: cycleWeight, content: contentWeight,
        identity: identityWeight),
      learningRate: rate, batchSize: batch, epochs: epochs, flips: mirror)
  }
}
