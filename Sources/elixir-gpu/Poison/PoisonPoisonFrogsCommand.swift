import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison poison-frogs`.
struct PoisonPoisonFrogsCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: PoisonFrogs.id,
    abstract: "Images whose features are a test image's; labels stay (Shafahi et al., 2018).",
    discussion: """
      Images of the target class get the features that one image of --targets has in the \
      surrogate, which shines through them besides (--opacity). Made for victims that are trained \
      from the surrogate: evaluate --init. Without --surrogate one is trained (--epochs and \
      more: --help-hidden), and kept beside the copy.

      Examples:
        elixir-gpu poison poison-frogs data_batch_1.bin --target cat --targets test_batch.bin \
      --surrogate resnet20.safetensors --output poisoned
        elixir-gpu poison poison-frogs photos --target cat --targets photos-test \
      --target-image 7 --opacity 0 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The label that the target image shall get: a number or a class name.")
  var target = "0"

  @Option(help: ArgumentHelp("Images to choose the target image from.", valueName: "dataset"))
  var targets: String

  @Option(
    help: ArgumentHelp("Its place among --targets (default: by the seed).", valueName: "index"))
  var targetImage: Int?

  @Option(help: "The share of all images that is poisoned.")
  var rate = 0.01

  @Option(help: "How much an image is held at its original; the paper's beta.")
  var baseWeight = 0.25

  @Option(help: "Of the target image as a watermark on poisons; 0 for none.")
  var opacity = 0.3

  @Option(help: ArgumentHelp("Steps.", visibility: .hidden))
  var iterations = 200

  @OptionGroup var surrogate: SurrogateArguments

  func attack(on dataset: ImageDataset) throws -> any Attack {
    PoisonFrogs(
      target: try dataset.label(named: target, option: "--target"), source: targets,
      index: targetImage, rate: rate, baseWeight: baseWeight, opacity: opacity,
      iterations: iterations, seed: copy.seed)
  }

  func context(for dataset: ImageDataset) throws -> AttackContext {
    surrogate.context(for: dataset, copy)
  }
}

extension PoisonFrogs: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonPoisonFrogsCommand.self }
}
