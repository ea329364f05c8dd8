import ArgumentParser
import Datasets
import Diffusion
import Purification

/// `elixir-gpu purify`: a purified copy of a dataset that may be poisoned.
struct PurifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purify",
    abstract: "Purifies a dataset that may be poisoned, by DataElixir.",
    discussion: """
      Every image is corrupted with noise and restored by a denoiser, several rounds over. A victim \
      model trained on the dataset labels the restored images: where its labels move away from the \
      given one, the image may be poisoned, and a class whose samples do so far more than others is \
      an attack's target. Samples of such classes get a restored image and a new label.

      \(TargetDetection.rule)

      The output has the dataset's layout, and beside it purified.csv (a row for each sample), \
      report.json and report.html. If no target class is found it is the input, unchanged.

      By default (--sampler auto) a fast sampler, ddim, calls the denoiser 10 times for each image \
      and round; --sampler ddpm is the paper's schedule, with a call for each of the 150 noise steps.

      \(PurificationOptions.candidateDefinition)

      A run that was stopped goes on where it was when the command is repeated; until then its \
      files are in OUTPUT.partial. The first \(PurificationJob.firstLook) images already show \
      whether denoiser and victim model are good enough: watch the share that keeps its label.

      Examples:
        elixir-gpu purify cifar-10-batches-bin --denoiser ddpm-cifar10-32 --output purified
        elixir-gpu purify mnist/train --denoiser digits --epochs 8 --output purified
        elixir-gpu purify poisoned --denoiser model --sampler ddpm --output out
      """)

  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @Option(help: ArgumentHelp("A diffusers model, such as 'train denoiser' makes.", valueName: "dir"))
  var denoiser: String

  @OptionGroup var destination: OutputArguments

  @Option(help: "How often each image is corrupted and restored.")
  var rounds = 5

  @Option(help: "States of each round that are candidates.")
  var keepLast = 10

  @Option(help: "Candidates of a second label that make a sample suspicious: a share or a count.")
  var threshold = TransitionThreshold.fraction(0.1)

  @OptionGroup var sampling: SamplerArguments

  @Option(help: "Candidates are the noisy samples (the paper's) or the predictions of clean images.")
  var candidates = CandidateKind.samples

  @Option(help: ArgumentHelp("A victim model trained on the dataset already.", valueName: "model"))
  var victim: String?

  @Option(
    help: ArgumentHelp(
      "A trusted model from which the trainings of victim and benign model start.",
      valueName: "model"))
  var victimInit: String?

  @OptionGroup var classifier: ClassifierArguments

  @Option(help: "Which label candidates are compared with: the dataset's label or a prediction.")
  var reference = AnomalyFilter.Reference.label

  @Option(help: "What labels of suspicious samples are read from: the original or the candidates.")
  var suspiciousLabel = SuspiciousLabel.original

  @Option(help: "standard, or dataelixir to do as the method's official code does.")
  var compat = Compatibility.standard

  @Option(help: "Images that go through the denoiser at once; changes speed and memory only.")
  var batch = 128

  @Option(help: "Determines all noise, initial weights and orders.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    for (name, value) in [
      ("--rounds", rounds), ("--keep-last", keepLast), ("--batch", batch),
    ] where value < 1 { throw ValidationError("\(name) \(value): use at least 1.") }
  }

  func run() throws {
    try destination.check(inputs: [dataset, denoiser])
    let source = try ImageDataset.open(dataset)
    var job = try PurificationJob(dataset: source, options: options, on: device.makeBackend())
    job.batchSize = batch
    let console = PurificationConsole()
    job.events = console.events
    let report = try job.run(output: destination.output, force: destination.force)
    print(report.summary)
    print("Written to \(destination.output); see report.html there")
  }

  private var options: PurificationOptions {
    var options = PurificationOptions(denoiser: denoiser)
    options.rounds = rounds
    options.noiseSteps = sampling.noiseSteps
    options.keepLast = keepLast
    options.threshold = threshold
    options.sampler = sampling.name
    options.samplerSteps = sampling.calls
    options.eta = sampling.eta
    options.candidates = candidates
    options.victim.model = victim
    options.victim.initial = victimInit
    let plan = classifier.plan(seed: seed)
    options.victim.architecture = plan.architecture.rawValue
    options.victim.width = plan.width
    options.victim.recipe = plan.recipe
    options.reference = reference
    options.suspiciousLabel = suspiciousLabel
    options.compatibility = compat
    options.seed = seed
    return options
  }
}

extension TransitionThreshold: ExpressibleByArgument {}
extension CandidateKind: ExpressibleByArgument {}
extension AnomalyFilter.Reference: ExpressibleByArgument {}
extension SuspiciousLabel: ExpressibleByArgument {}
extension Compatibility: ExpressibleByArgument {}
