import ArgumentParser
import Attacks
import Datasets

/// `elixir-gpu poison gradient-matching`.
struct PoisonGradientMatchingCommand: PoisonSubcommand {
  static let configuration = CommandConfiguration(
    commandName: GradientMatching.id,
    abstract: "Small changes that teach a model the attacker's goal; labels stay.",
    discussion: """
      Bytes of images of the target class move by at most --epsilon. The goal is another label \
      for one image of --targets (Witches' Brew), or for images with a patch (--trigger; Sleeper \
      Agent). Without --surrogate one is trained, best as the victim is (--crop, --flip, --epochs \
      and more: --help-hidden).

      Examples:
        elixir-gpu poison gradient-matching data_batch_1.bin --target cat \
      --targets test_batch.bin --surrogate resnet20.safetensors --output poisoned
        elixir-gpu poison gradient-matching photos --target cat --source dog --trigger random \
      --flip --epochs 30 --output poisoned
      """)

  @OptionGroup var copy: PoisonArguments

  @Option(help: "The label that attacked images shall get: a number or a class name.")
  var target = "0"

  @Option(help: ArgumentHelp("Images to choose the target image from.", valueName: "dataset"))
  var targets: String?

  @Option(
    help: ArgumentHelp("Its place among --targets (default: by the seed).", valueName: "index"))
  var targetImage: Int?

  @Option(help: "Attack images with a patch: corner or random is its place.")
  var trigger: GradientMatching.Placement?

  @Option(help: ArgumentHelp("The patch (default: random colors).", valueName: "png"))
  var pattern: String?

  @Option(help: "With --trigger: the class to attack (default: all others).")
  var source: String?

  @Option(help: "The share of all images that is poisoned.")
  var rate = 0.01

  @Option(help: "How far a byte of a poisoned image may move.")
  var epsilon = 16

  @Option(help: "Steps of each attempt.")
  var iterations = 250

  @Option(help: "Attempts, of which the best is kept (default: 2, with --trigger 1).")
  var restarts: Int?

  @Option(help: "Which images become poisons: random, or those of the greatest gradient.")
  var choice: GradientMatchingOptions.Choice?

  @Option(
    help: ArgumentHelp(
      "Train the surrogate again on the poisons after so many steps; 0 for never (default: 0, "
        + "with --trigger 50).", valueName: "steps"))
  var retrainEvery: Int?

  @OptionGroup var surrogate: SurrogateArguments

  func validate() throws {
    if targets == nil && trigger == nil {
      throw ValidationError("Give --targets, for one image, or --trigger, for images with a patch.")
    }
    if targets != nil && trigger != nil {
      throw ValidationError("--targets and --trigger exclude each other.")
    }
    if targetImage != nil && targets == nil {
      throw ValidationError("--target-image needs --targets.")
    }
    if let retrainEvery, retrainEvery < 0 {
      throw ValidationError("--retrain-every \(retrainEvery): use 0 or more.")
    }
    for (option, value) in [("--source", source), ("--pattern", pattern)]
    where value != nil && trigger == nil { throw ValidationError("\(option) needs --trigger.") }
  }

  func attack(on dataset: ImageDataset) throws -> any Attack {
    let target = try dataset.label(named: target, option: "--target")
    guard let trigger else {
      return GradientMatching(
        target: target, aim: .image(source: targets ?? "", index: targetImage, label: nil),
        options: options)
    }
    let source = try source.map { try dataset.label(named: $0, option: "--source") }
    return GradientMatching(
      target: target, aim: .patch(placement: trigger, pattern: pattern, source: source),
      options: options)
  }

  /// What depends on the goal is as in its paper.
  private var options: GradientMatchingOptions {
    var options = GradientMatchingOptions()
    options.rate = rate
    options.choice = choice ?? (trigger == nil ? .random : .gradient)
    options.epsilon = epsilon
    options.iterations = iterations
    options.restarts = restarts ?? (trigger == nil ? options.restarts : 1)
    let interval = retrainEvery ?? (trigger == nil ? 0 : 50)
    options.retrainingInterval = interval > 0 ? interval : nil
    options.augmentation = surrogate.classifier.plan(seed: copy.seed).recipe.augmentation
    options.seed = copy.seed
    return options
  }

  func context(for dataset: ImageDataset) -> AttackContext {
    surrogate.context(for: dataset, copy)
  }
}

extension GradientMatching: CommandLineAttack {
  static var command: any PoisonSubcommand.Type { PoisonGradientMatchingCommand.self }
}

extension GradientMatching.Placement: ExpressibleByArgument {}
extension GradientMatchingOptions.Choice: ExpressibleByArgument {}
