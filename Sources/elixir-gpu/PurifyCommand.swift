import ArgumentParser
import ComputeBackend
import Datasets
import Purification

/// `elixir-gpu purify`: a purified copy of a dataset that may be poisoned.
struct PurifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purify",
    abstract: "Purifies a dataset that may be poisoned.",
    discussion: """
      --method dataelixir (the default) finds poisoned samples by their labels. Every image is \
      corrupted with noise and restored by a denoiser, several rounds over. A victim model \
      trained on the dataset labels the restored images: where its labels move away from the \
      given one, the image may be poisoned. What the denoiser took away from such an image is put \
      on images of other classes: a trigger gives them its label, too; what is just odd about one \
      image means nothing on another. The samples that carry a trigger get a restored image, and \
      a label by a model that was trained without them.

      \(TargetTest.rule)

      Nothing has to be chosen: the noise is the most that typical classes bear (--noise-steps \
      auto), and suspected classes get a second look at more. Where the evidence cannot decide, \
      the output is the input, the last line says why, and the exit code is 3 (--force-verdict: \
      0, and suspected classes are taken for targets). --compat paper decides by the paper's \
      fixed rules:

      \(TargetDetection.rule)

      By default (--sampler auto) a fast sampler, ddim, calls the denoiser 10 times for each image \
      and round; --sampler ddpm is the paper's schedule, with a call for each noise step.

      \(PurificationOptions.candidateDefinition)

      --method mendata is for poison that leaves labels alone, and for data marks. It changes \
      images a little until their features are distributed like those of a reference set, most of \
      which is clean: a critic estimates the distance (Wasserstein) between the two, and the \
      images that it tells apart best move down its slope, round after round. Watch the distance \
      fall and the mean perturbation rise; --perturbation-rate and --amplification decide how \
      much images change.

      Beside it are its baselines: random-noise, friendly-noise (as much noise as a model's \
      predictions bear) and reference-only (the reference samples alone).

      The output has the dataset's layout, and beside it purified.csv (a row for each sample), \
      report.json and report.html. A run that was stopped goes on where it was when the command is \
      repeated; until then its files are in OUTPUT.partial. With dataelixir the first \
      \(PurificationJob.firstLook) images already show whether denoiser and victim model are good \
      enough: watch the share that keeps its label.

      Examples:
        elixir-gpu purify cifar-10-batches-bin --denoiser ddpm-cifar10-32 --output purified
        elixir-gpu purify mnist/train --denoiser digits --epochs 8 --output purified
        elixir-gpu purify poisoned --denoiser model --sampler ddpm --output out
        elixir-gpu purify photos --method mendata --features resnet18.safetensors \
      --reference trusted --output purified
        elixir-gpu purify photos --method mendata --features resnet18.safetensors \
      --reference knn:500 --output purified
        elixir-gpu purify photos --method friendly-noise --alpha 16 --output noisy
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case dataelixir, mendata
    case randomNoise = "random-noise"
    case friendlyNoise = "friendly-noise"
    case referenceOnly = "reference-only"
  }

  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @Option(help: "dataelixir, mendata, random-noise, friendly-noise or reference-only.")
  var method = Method.dataelixir

  @OptionGroup var destination: OutputArguments
  @OptionGroup var elixir: DataElixirArguments
  @OptionGroup var mendata: MendataArguments

  @Option(
    help: ArgumentHelp(
      "dataelixir, friendly-noise: a model trained on the dataset already.", valueName: "model"))
  var victim: String?

  @Option(
    help: ArgumentHelp(
      "A trusted model from which the trainings of victim and benign model start.",
      valueName: "model"))
  var victimInit: String?

  @OptionGroup var classifier: ClassifierArguments

  @Option(help: "Images that go through networks at once; changes speed and memory only.")
  var batch = 128

  @Option(help: "Determines all noise, initial weights and orders.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if method == .dataelixir { _ = try elixir.options(victim: victimOptions, seed: seed) }
  }

  func run() throws {
    try destination.check(
      inputs: [dataset] + [elixir.denoiser, mendata.features].compactMap { $0 })
    let source = try ImageDataset.open(dataset)
    let result = try purify(source, on: device.makeBackend())
    print(result.summary)
    print("Written to \(destination.output); see report.html there")
    guard !result.doubts.isEmpty else { return }
    print("Result unsure: " + result.doubts.joined(separator: "; "))
    if !elixir.forceVerdict { throw ExitCode(Self.unsure) }
  }

  /// The exit code of a run whose result is not to be relied on.
  static let unsure: Int32 = 3

  /// Runs the method and returns its summary, and why not to rely on it.
  private func purify(
    _ source: ImageDataset, on backend: any ComputeBackend
  ) throws -> (summary: String, doubts: [String]) {
    let console = PurificationConsole()
    guard method != .dataelixir else {
      var job = try PurificationJob(
        dataset: source, options: try elixir.options(victim: victimOptions, seed: seed),
        on: backend)
      job.batchSize = batch
      job.events = console.events
      let report = try job.run(output: destination.output, force: destination.force)
      return (report.summary, report.doubts)
    }
    var job = try PerturbationJob(dataset: source, options: perturbation(of: source), on: backend)
    job.batchSize = batch
    job.events = console.events
    job.manipulated = try mendata.truth.map { try GroundTruth.load($0, of: source).indices }
    return (try job.run(output: destination.output, force: destination.force).summary, [])
  }

  private func perturbation(of source: ImageDataset) -> PerturbationOptions {
    var options = PerturbationOptions(method: perturbationMethod(source))
    options.reference = mendata.reference.flatMap { ReferenceSource($0) }
    options.features = mendata.features
    options.featureSide = mendata.featureSize
    options.victim = victimOptions
    options.seed = seed
    return options
  }

  private func perturbationMethod(_ source: ImageDataset) -> PerturbationMethod {
    switch method {
    case .dataelixir: preconditionFailure("PurifyCommand: dataelixir changes no pixels by itself")
    case .mendata:
      .mendata(
        mendata.mendata(rounds: elixir.rounds, imageSide: max(source.height, source.width)))
    case .randomNoise: .randomNoise(RandomNoise(deviation: mendata.deviation, seed: seed))
    case .friendlyNoise:
      .friendlyNoise(
        FriendlyNoise(radius: mendata.radius, weight: mendata.noiseWeight, seed: seed))
    case .referenceOnly: .referenceOnly
    }
  }

  private var victimOptions: VictimOptions {
    var options = VictimOptions()
    options.model = victim
    options.initial = victimInit
    let plan = classifier.plan(seed: seed)
    options.architecture = plan.architecture.rawValue
    options.width = plan.width
    options.recipe = plan.recipe
    return options
  }
}
