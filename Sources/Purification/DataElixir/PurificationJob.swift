import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import Support

/// Purifies a dataset by DataElixir: from the dataset on disk to the purified one beside its
/// report.
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
  let denoiser: PretrainedDenoiser

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
    denoiser = try PretrainedDenoiser(URL(fileURLWithPath: options.denoiser), on: backend)
    try Self.check(denoiser.network.configuration, fits: dataset, path: options.denoiser)
    // Throws now if the denoiser cannot do what it is asked for.
    if let noise = fixedNoiseSteps { _ = try chain(noiseSteps: noise) }
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
        reason:
          "it is for images of \(channels) channels with sides that \(divisor) divides, those "
          + "of \(dataset.path) are \(shape)")
    }
  }

  /// Runs all stages and lets the output appear when it is complete.
  ///
  /// - Parameter force: replaces an output of an earlier run, and an unfinished run with other
  ///   options.
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
    let search = try timings.measure("noise search") { try searchNoise(victim, folder: folder) }
    let construction = try construction(
      of: dataset, noiseSteps: search?.noiseSteps ?? fixedNoiseSteps ?? 0, victim: victim)
    let store = try CandidateStore(
      directory: folder.url, candidatesPerSample: construction.candidatesPerSample,
      imageBytes: dataset.shape.byteCount)
    try timings.measure("candidates") {
      try construct(construction, phase: "candidates", into: store, showsShares: true)
    }
    let stage = Stage(
      output: output, force: force, folder: folder, training: training, network: network,
      victim: victim, store: store,
      findings: DataElixir(images: dataset, store: store, rules: options.rules).identifyAnomalies())
    var report = emptyReport(stage, construction, search: search, fingerprint: fingerprint)
    try options.compatibility == .current
      ? decideByCarriers(stage, &report, &timings) : decideLikePaper(stage, &report, &timings)
    folder.delete()
    return report
  }

  /// What all candidates being there has led to.
  struct Stage {
    let output: String
    let force: Bool
    let folder: RunFolder
    let training: ModelTraining
    let network: any Classifier
    let victim: ClassifierLabels
    let store: CandidateStore
    let findings: [AnomalyFilter.Finding]
  }

  /// T unless it is to be chosen from the data.
  var fixedNoiseSteps: Int? {
    options.noiseSteps
      ?? (options.compatibility == .current ? nil : PurificationOptions.paperNoiseSteps)
  }

  /// - Parameter isSecond: other noise than in the first pass.
  func chain(noiseSteps: Int, isSecond: Bool = false) throws -> DiffusionChain {
    var plan = try SamplerPlan(
      schedule: denoiser.schedule, sampler: options.diffusionSampler, noiseSteps: noiseSteps,
      steps: options.samplerSteps)
    if options.compatibility == .dataElixir {
      // The official code adds one noise step more than it removes.
      plan.startAlphaBar = NoiseSchedule.reference.alphaBar(level: noiseSteps + 1)
    }
    return try DiffusionChain(
      denoiser: denoiser.network, plan: plan, seed: isSecond ? options.seed &+ 1 : options.seed)
  }

  func construction(
    of images: any LabelledImages, noiseSteps: Int, victim: ClassifierLabels, isSecond: Bool = false
  ) throws -> CandidateConstruction {
    CandidateConstruction(
      images: images,
      generator: generator(try chain(noiseSteps: noiseSteps, isSecond: isSecond), victim: victim),
      victim: victim, filter: options.rules.filter, rounds: options.roundCount,
      batchSize: batchSize)
  }

  func generator(_ chain: DiffusionChain, victim: ClassifierLabels) -> DiffusionCandidates {
    DiffusionCandidates(
      chain: chain, shape: dataset.shape, keepLast: options.keepLast, kind: options.candidates,
      on: backend
    ) { victim.labels($0) }
  }

  /// Stage 1, with shares and a warning after the first batch and at the end.
  func construct(
    _ construction: CandidateConstruction, phase: String, into store: CandidateStore,
    showsShares: Bool = false
  ) throws {
    let count = construction.images.count
    let meter = ThroughputMeter(total: count, done: store.completed)
    var hasShown = !showsShares
    try construction.run(into: store) { samples in
      let completed = store.completed
      try events.progress(phase, meter.line(samples), completed == count)
      guard !hasShown, completed >= min(count, Self.firstLook) else { return }
      hasShown = true
      let shares = shares(store)
      events.note(RoundShare.text(shares, samples: completed))
      if options.compatibility != .current { RoundShare.warnings(shares).forEach(events.warning) }
    }
  }

  private func shares(_ store: CandidateStore) -> [RoundShare] {
    RoundShare.all(
      of: store, labels: dataset.labels, classes: dataset.classCount, rounds: options.roundCount)
  }

  private func emptyReport(
    _ stage: Stage, _ construction: CandidateConstruction, search: NoiseSearch?,
    fingerprint: String
  ) -> PurificationReport {
    let perSample = construction.candidatesPerSample
    let generator = construction.generator as? DiffusionCandidates
    var report = PurificationReport(
      data: .init(dataset, fingerprint: fingerprint),
      options: options, device: backend.description.label,
      candidates: .init(
        perSample: perSample, perRound: construction.generator.candidatesPerRound,
        threshold: options.threshold.minimumTransition(candidates: perSample),
        timesteps: generator?.plan.steps.map(\.timestep) ?? [],
        noiseSteps: search?.noiseSteps ?? fixedNoiseSteps ?? 0,
        alphaBar: generator?.plan.startAlphaBar ?? 1,
        definition: PurificationOptions.candidateDefinition))
    report.noiseSearch = search
    report.rounds = shares(stage.store)
    events.note(RoundShare.text(report.rounds, samples: dataset.count))
    for finding in stage.findings { report.verdicts.count(finding.verdict) }
    return report
  }

  /// What an unfinished run must share with this one.
  private func identity(_ fingerprint: String) throws -> [String: String] {
    var identity = try RunFolder.identity(of: options, backend: backend)
    identity["dataset"] = fingerprint
    identity["denoiser weights"] = try SHA256.hexDigest(
      ofFile: try DenoiserFiles(URL(fileURLWithPath: options.denoiser)).weights.path)
    for (name, path) in [("victim", options.victim.model), ("initial", options.victim.initial)] {
      guard let path else { continue }
      identity["\(name) weights"] = try SHA256.hexDigest(ofFile: path)
    }
    return identity
  }
}
