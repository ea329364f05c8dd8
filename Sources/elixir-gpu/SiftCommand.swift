import ArgumentParser
import Datasets
import Models
import RunStores
import Sifting
import Support

/// `elixir-gpu sift`: a clean subset of a dataset that may be poisoned.
struct SiftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sift",
    abstract: "Finds clean samples in a dataset that may be poisoned (Meta-Sift).",
    discussion: """
      Needs nothing but the dataset. Some small classifiers are trained briefly, each with a \
      network that weighs samples by their loss; it learns to weigh so that what it rejects is \
      hard for a classifier trained on what it keeps. The samples of each class with the highest \
      weights, averaged over the classifiers, are listed, as a reference for 'purify'. By default \
      they are a twentieth of each class: beyond, the authors do not promise much.

      As many samples chosen by the lowest loss, and by chance, are shown beside them; with \
      --truth how much poison each choice holds: its share (CR), and that over the share of a \
      random choice (NCR).

      A run that was stopped goes on when its command is repeated.

      Examples:
        elixir-gpu sift poisoned --output clean.txt
        elixir-gpu sift poisoned --per-class 100 --truth poisoned --weights weights.csv \
      --report sift.html --output clean.txt
        elixir-gpu sift digits --no-flip --total 500 --subset clean-digits --output clean.txt
      """)

  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup(visibility: .hidden) var record: AttackRecordArguments

  @Option(help: ArgumentHelp("The list of samples to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace earlier outputs, and an unfinished run with other options.")
  var force = false

  @Option(help: "Samples to list of each class.")
  var perClass: Int?

  @Option(help: "Samples to list in all, shared out by the sizes of the classes.")
  var total: Int?

  @Option(help: ArgumentHelp("Write every sample's weight and losses here.", valueName: "csv"))
  var weights: String?

  @Option(help: ArgumentHelp("Write a report with pictures here.", valueName: "html"))
  var report: String?

  @Option(help: ArgumentHelp("Write the listed samples as a dataset here.", valueName: "dir"))
  var subset: String?

  @Option(
    help: ArgumentHelp(
      "The manifest that 'poison' or 'mark' wrote, or its folder: which samples are manipulated.",
      valueName: "path"))
  var truth: String?

  @Option(help: "Classifiers that are trained and asked.")
  var sifters = 5

  @Option(help: "Of the classifiers: resnet20, resnet18, resnet34 or preact_resnet18.")
  var architecture = ClassifierConfiguration.Architecture.resNet20

  @Option(help: "Channels after the first convolution (default: 64, resnet20: 16).")
  var width: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Also look at mirror images; wrong for digits and letters.")
  var flip = true

  @Option(help: "Determines initial weights, orders and changes of images.")
  var seed: UInt64 = 0

  @OptionGroup(title: "Training of the classifiers", visibility: .hidden)
  var recipe: SifterArguments

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if perClass != nil && total != nil {
      throw ValidationError("Give --per-class or --total, not both.")
    }
    for (option, value) in [
      ("--per-class", perClass), ("--total", total), ("--sifters", sifters), ("--width", width),
    ] {
      if let value, value < 1 { throw ValidationError("\(option) \(value): use at least 1.") }
    }
  }

  func run() throws {
    let source = try reading.open(dataset, record: record)
    let recipe = recipe.recipe(architecture, width: width)
    var method = MetaSift(recipe, seed: seed)
    method.sifters = sifters
    method.dilution.flips = method.dilution.flips && flip
    var job = SiftJob(
      dataset: source, method: method, quota: quota, on: try device.makeBackend())
    job.truth = try truth.map { try GroundTruth.load($0, of: source).indices }
    job.tablePath = weights
    job.reportPath = report
    job.subsetPath = subset
    job.handler = RunConsole(interrupted: Interruption.goesOn).show
    job.recorder = RunOrigin.recorder
    let result = try job.run(output: output, force: force)
    print("Listed \(result.samples.count) of \(source.count) samples of \(dataset)")
    show(result, of: source)
    for path in [output, weights, report, subset].compactMap({ $0 }) { print("Written to \(path)") }
  }

  private var quota: SiftQuota {
    if let perClass { return .perClass(perClass) }
    return total.map { .total($0) } ?? .reliable
  }

  private func show(_ result: SiftResult, of source: ImageDataset) {
    let (heading, rows) = result.table(classNames: source.classNames)
    for row in rows {
      print(
        "  \(row[0]): "
          + zip(heading, row).dropFirst().map { "\($0) \($1)" }.joined(separator: ", "))
    }
    if let agreement = result.agreement {
      print(
        "Order of weights and of losses of diluted images: Kendall's tau "
          + NumberFormat.text(agreement, digits: 3))
    }
  }
}

/// How the classifiers of `sift` are trained.
struct SifterArguments: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Do as the released code does: its rates, chance in place of trained gradient samplers, "
        + "weights divided by their sum, and neither mirror images nor blur."))
  var compat = false

  @Option(help: "Passes over the images in each of the two phases, and more until 75 steps.")
  var epochs = 1

  @Option(help: "Images in each training step (default: 128; fewer where images are few).")
  var sifterBatch: Int?

  @Option(help: "Learning rate of the classifiers (default: 0.001, with --compat 0.0001).")
  var learningRate: Float?

  @Option(help: "Rate of the virtual update (default: 0.1, with --compat 0.0001).")
  var virtualRate: Float?

  @Option(help: "Rate of the network that weighs.")
  var metaRate: Float = 5e-4

  @Option(help: "Last tensors of a classifier through which the weights' effect is felt.")
  var sampledTensors = 15

  func validate() throws {
    for (option, value) in [
      ("--epochs", epochs), ("--sifter-batch", sifterBatch ?? 1),
      ("--sampled-tensors", sampledTensors),
    ] where value < 1 { throw ValidationError("\(option) \(value): use at least 1.") }
    for (option, value) in [
      ("--learning-rate", learningRate), ("--virtual-rate", virtualRate), ("--meta-rate", metaRate),
    ] {
      if let value, !(value > 0) {
        throw ValidationError("\(option) \(value): use a number above 0.")
      }
    }
  }

  func recipe(
    _ architecture: ClassifierConfiguration.Architecture, width: Int?
  ) -> SifterRecipe {
    var recipe = SifterRecipe(architecture, width: width, isCompatible: compat)
    recipe.epochs = epochs
    recipe.batchSize = sifterBatch
    recipe.learningRate = learningRate ?? recipe.learningRate
    recipe.virtualRate = virtualRate ?? recipe.virtualRate
    recipe.metaRate = metaRate
    recipe.sampledTensors = sampledTensors
    return recipe
  }
}
