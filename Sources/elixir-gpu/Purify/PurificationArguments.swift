import ArgumentParser
import Communication
import ComputeBackend
import Datasets
import Detection
import Purification
import RunStores
import Support
import Training

/// The options of every method of `purify`, and how a method runs.
struct PurificationArguments: ParsableArguments {
  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup(visibility: .hidden) var record: AttackRecordArguments

  @OptionGroup var destination: OutputArguments

  @Option(help: "Determines all noise, initial weights and orders.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Images that go through networks at once; changes speed and memory only.",
      visibility: .hidden))
  var batch = 128

  @Flag(help: "Delete the run's files when it is complete.")
  var prune = false

  @Flag(help: "Check and forecast only; write nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "A trial with so many samples, of each class its share.", valueName: "count"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Stop then, with exit code 75; repeat to go on.", valueName: "minutes"))
  var timeBudget: Double?

  @Option(
    help: ArgumentHelp(
      "How changed images are written: own (as the file was) or png.", visibility: .hidden))
  var changedAs = ChangedImageKind.own

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if let limit, limit < 2 { throw ValidationError("--limit \(limit): use at least 2.") }
    if let timeBudget, !(timeBudget > 0 && timeBudget < 1e6) {
      throw ValidationError("--time-budget \(timeBudget): use more than 0.")
    }
  }

  /// The exit code of a run whose result is not to be relied on.
  static let unsure: Int32 = 3

  /// Purifies the dataset and says what came of it.
  ///
  /// - Parameters:
  ///   - truth: a manifest, or the folder it lies in.
  ///   - isForced: exits with 0 also where the result is unsure.
  ///   - sizeLimit: the side at which networks see images that are larger, or of several sizes.
  ///   - isPart: leaves the output to others.
  ///   - team: the ranks of which this process is one.
  ///   - work: what is done with the job in place of running it; nil if there is no report yet.
  func run<Method: Purifier>(
    _ purifier: (ImageDataset) throws -> Method, truth: String? = nil, isForced: Bool = false,
    sizeLimit: Int? = nil, isPart: Bool = false, team: RankTeam? = nil,
    by work: ((PurificationJob<Method>) throws -> PurificationReport<Method>?)? = nil
  ) throws {
    func prepare() throws -> PurificationJob<Method> {
      try prepared(purifier, truth: truth, sizeLimit: sizeLimit, isPart: isPart, team: team)
    }
    var job = try team.map { try $0.meet(prepare) } ?? prepare()
    job.showsForecast = work == nil || team != nil
    if dryRun, team?.rank ?? 0 == 0 { return try rehearse(job) }
    let report: PurificationReport<Method>
    if let work {
      guard let made = try work(job) else { return }
      report = made
    } else {
      report = try job.run(output: destination.output, force: destination.force)
    }
    print(report.summary)
    print("Written to \(destination.output); see report.html there")
    guard !report.doubts.isEmpty else { return }
    print("Result unsure: " + report.doubts.joined(separator: "; "))
    if !isForced { throw ExitCode(Self.unsure) }
  }

  /// Checks and opens all that the run needs.
  private func prepared<Method: Purifier>(
    _ purifier: (ImageDataset) throws -> Method, truth: String?, sizeLimit: Int?, isPart: Bool,
    team: RankTeam?
  ) throws -> PurificationJob<Method> {
    let isServant = team?.rank ?? 0 > 0
    if isServant {
      // Rank 0 writes.
    } else if isPart {
      try AtomicDirectory.check(
        destination.output, force: destination.force, inputs: [dataset])
    } else {
      try destination.check(inputs: [dataset], keepsFiles: !prune)
    }
    if let timeBudget { Interruption.stop(after: .seconds(60 * timeBudget)) }
    let source = try reading.open(
      dataset, record: record, sizeLimit: sizeLimit, limit: limit)
    if source.leftOutCount > 0 {
      print("A trial with \(source.count) of \(source.count + source.leftOutCount) samples")
    }
    let devices =
      if let team {
        DevicePool(try device.makeDevice(of: team.communicator))
      } else if Method.sharesDevices {
        try device.makeDevices()
      } else {
        DevicePool(try device.makeBackend())
      }
    var job = PurificationJob(dataset: source, purifier: try purifier(source), on: devices)
    job.batchSize = batch
    job.keepsFiles = !prune
    job.writing = WritingOptions(changesAsPNG: changedAs == .png)
    job.command = RunOrigin.process.commandLine
    job.truth = try truth.map { try GroundTruth.load($0, of: source).indices }
    if isServant {
      Interruption.watch()
      job.handler = { _ in try Interruption.check(Interruption.goesOn) }
    } else {
      job.handler = RunConsole(interrupted: Interruption.goesOn).show
      job.recorder = RunOrigin.recorder
    }
    return job
  }
}

extension PurificationArguments {
  /// Says what a run would do and take.
  private func rehearse<Method: Purifier>(_ job: PurificationJob<Method>) throws {
    let data = job.dataset
    print(
      "\(dataset): \(NumberFormat.count(data.count)) samples of \(data.classCount) classes, "
        + "\(data.shape), \(data.format.rawValue)")
    print(
      try job.forecast()?.text
        ?? "There is no forecast: '\(Method.id)' takes little time, or only the run shows how much")
    print("Nothing was written; the same command without --dry-run begins")
  }
}

/// What kind of files changed images become.
enum ChangedImageKind: String, ExpressibleByArgument {
  case own, png
}

/// Which reference data a method has.
struct ReferenceArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Reference images: a list of samples (.txt, such as 'detect' writes), a dataset, or a \
      detector: sift:K (K samples of each class by Meta-Sift), knn:K (the K most confident of \
      each class by nearest neighbors), simulated:Q,R (precision Q and recall R, by --truth).
      """, valueName: "source"))
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "The ground truth for simulated:Q,R: a manifest, or the folder it lies in.", valueName: "path"
    ))
  var truth: String?

  @Option(
    help: ArgumentHelp(
      "A classifier whose features are compared: a torchvision ResNet, or one of ours.",
      valueName: "model"))
  var features: String?

  @Option(
    help: ArgumentHelp(
      "Resize images to this side before the features, within the gradients (default: their own).",
      valueName: "pixels"))
  var featureSize: Int?

  func validate() throws {
    if let featureSize, featureSize < 1 {
      throw ValidationError("--feature-size \(featureSize): use at least 1.")
    }
    if let reference, ReferenceSource(reference) == nil {
      throw ValidationError(
        "--reference \(reference): use a path, sift:K, knn:K or simulated:Q,R with numbers.")
    }
  }

  var options: ReferenceOptions {
    var options = ReferenceOptions()
    options.source = reference.flatMap { ReferenceSource($0) }
    options.features = features
    options.featureSide = featureSize
    return options
  }

  /// Throws unless the options that a method cannot do without are given.
  func require(features: Bool) throws {
    if reference == nil { throw ValidationError("This method needs --reference.") }
    if features && self.features == nil { throw ValidationError("This method needs --features.") }
  }
}

/// Which classifier is the victim.
struct VictimArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A model trained on the dataset already.", valueName: "model"))
  var victim: String?

  @Option(
    help: ArgumentHelp(
      "A trusted model from which the trainings of victim and benign model start.",
      valueName: "model"))
  var victimInit: String?

  @OptionGroup(title: "Training of classifiers", visibility: .hidden)
  var classifier: ClassifierArguments

  func options(seed: UInt64) -> VictimOptions {
    var options = VictimOptions()
    options.model = victim
    options.plan = classifier.plan(seed: seed)
    options.plan.initial = victimInit
    return options
  }
}
