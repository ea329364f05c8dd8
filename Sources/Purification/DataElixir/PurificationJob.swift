import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models

/// Purifies a dataset by DataElixir: from the dataset on disk to the purified one beside its report.
///
///     let job = try PurificationJob(dataset: dataset, options: options, on: backend)
///     let report = try job.run(output: "purified")
///
/// A run that is stopped goes on where it was when repeated: see `RunFolder`. The result depends on
/// data, models, options and device, not on the batch size nor on interruptions.
public struct PurificationJob {
  public let dataset: ImageDataset
  public let options: PurificationOptions
  /// Images that go through the denoiser at once.
  public var batchSize = 64
  public var events = PurificationEvents()
  let backend: any ComputeBackend
  let chain: DiffusionChain

  /// After this many images the shares that keep their label are shown for the first time.
  public static let firstLook = 256

  /// Loads the denoiser and checks that everything fits together.
  ///
  /// - Throws: `DatasetError`, `CheckpointError`, `DiffusionError` or `PurificationError`.
  public init(
    dataset: ImageDataset, options: PurificationOptions, on backend: any ComputeBackend
  ) throws {
    try dataset.requireSeveralClasses()
    self.dataset = dataset
    self.options = options
    self.backend = backend
    let folder = URL(fileURLWithPath: options.denoiser)
    let network = try UNet2DModel.load(folder, on: backend)
    try Self.check(network.configuration, fits: dataset, path: options.denoiser)
    var plan = try SamplerPlan(
      schedule: try NoiseSchedule(folder: folder), sampler: options.diffusionSampler,
      noiseSteps: options.noiseSteps, steps: options.samplerSteps)
    if options.compatibility == .dataElixir {
      // The official code adds one noise step more than it removes.
      plan.startAlphaBar = NoiseSchedule.reference.alphaBar(level: options.noiseSteps + 1)
    }
    chain = try DiffusionChain(denoiser: network, plan: plan, seed: options.seed)
    try options.victim.check(dataset, on: backend)
  }

  private static func check(
    _ network: UNet2DConfiguration, fits dataset: ImageDataset, path: String
  ) throws {
    let shape = dataset.shape
    let channels = network.inputChannels
    if let size = network.sampleSize {
      let made = ImageShape(height: size.height, width: size.width, channels: channels)
      guard made == shape else {
        throw PurificationError.unsuitableModel(
          path: path, reason: "it is for images of \(made), those of \(dataset.path) are \(shape)")
      }
    }
    let divisor = network.sizeDivisor
    guard channels == shape.channels, shape.height % divisor == 0, shape.width % divisor == 0
    else {
      throw PurificationError.unsuitableModel(
        path: path,
        reason: "it is for images of \(channels) channels with sides that \(divisor) divides, those "
          + "of \(dataset.path) are \(shape)")
    }
  }

  /// Runs all stages and lets the output appear when it is complete.
  ///
  /// - Parameter force: replaces an output of an earlier run, and an unfinished run with other options.
  public func run(output: String, force: Bool = false) throws -> PurificationReport {
    try AtomicDirectory.check(output, force: force, inputs: [dataset.path, options.denoiser])
    var timings = PhaseTimings()
    let fingerprint = try dataset.fingerprint()
    let folder = try RunFolder(output: output, identity: try identity(fingerprint), force: force)
    if folder.isResumed { events.note("Going on with the unfinished run in \(folder.url.path)") }
    let training = ModelTraining(
      options: options.victim, shape: dataset.shape, classCount: dataset.classCount,
      seed: options.seed, folder: folder, backend: backend, events: events)
    let network = try timings.measure("victim model") { try training.victim(on: dataset) }
    let victim = try ClassifierLabels(network, shape: dataset.shape, on: backend)
    let construction = construction(victim)
    let store = try CandidateStore(
      directory: folder.url, candidatesPerSample: construction.candidatesPerSample,
      imageBytes: dataset.shape.byteCount)
    try timings.measure("candidates") { try construct(construction, into: store) }

    var report = emptyReport(construction, fingerprint: fingerprint)
    let elixir = DataElixir(images: dataset, store: store, rules: options.rules)
    let findings = elixir.identifyAnomalies()
    judge(&report, elixir: elixir, findings: findings)
    let repair = DatasetRepair(
      images: dataset, store: store, rules: options.rules, victim: victim, trainer: training)
    let purified = try PurifiedOutput(
      output, force: force, dataset: dataset, store: store, findings: findings)
    purified.startCopying(allBut: repair.revised(findings, targets: report.targets))
    let outcome = try timings.measure("purified images and benign model") {
      try repair.run(
        findings: findings, targets: report.targets, decided: purified.startWriting)
    }
    try purified.finish(
      outcome, victim: network, benign: try training.finishedBenignModel(), report: &report,
      timings: &timings)
    folder.delete()
    return report
  }

  private func construction(_ victim: ClassifierLabels) -> CandidateConstruction {
    CandidateConstruction(
      images: dataset,
      generator: DiffusionCandidates(
        chain: chain, shape: dataset.shape, keepLast: options.keepLast, kind: options.candidates,
        on: backend
      ) { victim.labels($0) },
      victim: victim, filter: options.rules.filter, rounds: options.rounds, batchSize: batchSize)
  }

  /// Stage 1, with shares and a warning after the first batch and at the end.
  private func construct(
    _ construction: CandidateConstruction, into store: CandidateStore
  ) throws {
    let meter = RateMeter(total: dataset.count, done: store.completed)
    var hasWarned = false
    try construction.run(into: store) { samples in
      let completed = store.completed
      try events.progress("candidates", meter.line(samples), completed == dataset.count)
      guard !hasWarned, completed >= min(dataset.count, Self.firstLook) else { return }
      hasWarned = true
      let shares = shares(store)
      events.note(RoundShare.text(shares, samples: completed))
      RoundShare.warnings(shares).forEach(events.warning)
    }
  }

  private func shares(_ store: CandidateStore) -> [RoundShare] {
    RoundShare.all(
      of: store, labels: dataset.labels, classes: dataset.classCount, rounds: options.rounds)
  }

  private func judge(
    _ report: inout PurificationReport, elixir: DataElixir, findings: [AnomalyFilter.Finding]
  ) {
    report.rounds = shares(elixir.store)
    events.note(RoundShare.text(report.rounds, samples: dataset.count))
    for finding in findings { report.verdicts.count(finding.verdict) }
    let detection = elixir.detectTargets(findings)
    report.classes = detection.classes
    report.targets = detection.targets
    report.warnings = RoundShare.warnings(report.rounds) + detection.warnings
    report.warnings.forEach(events.warning)
  }

  private func emptyReport(
    _ construction: CandidateConstruction, fingerprint: String
  ) -> PurificationReport {
    let perSample = construction.candidatesPerSample
    return PurificationReport(
      data: .init(dataset, fingerprint: fingerprint),
      options: options, device: backend.description.label,
      candidates: .init(
        perSample: perSample, perRound: construction.generator.candidatesPerRound,
        threshold: options.threshold.minimumTransition(candidates: perSample),
        timesteps: chain.plan.steps.map(\.timestep), alphaBar: chain.plan.startAlphaBar,
        definition: PurificationOptions.candidateDefinition))
  }

  /// What an unfinished run must share with this one.
  private func identity(_ fingerprint: String) throws -> [String: String] {
    var identity = try RunFolder.identity(of: options, backend: backend)
    identity["dataset"] = fingerprint
    identity["denoiser weights"] = try Checksum.ofFile(
      try DenoiserFiles(URL(fileURLWithPath: options.denoiser)).weights)
    for (name, path) in [("victim", options.victim.model), ("initial", options.victim.initial)] {
      guard let path else { continue }
      identity["\(name) weights"] = try Checksum.ofFile(URL(fileURLWithPath: path))
    }
    return identity
  }
}
