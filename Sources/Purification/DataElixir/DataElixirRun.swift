import Communication
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import Runs
import Support
import Training

/// A run of DataElixir: models, candidates, decisions.
struct DataElixirRun {
  let options: DataElixir
  let context: PurificationContext
  let folder: RunFolder
  let networks: CandidateNetworks
  /// The ranks that share the work, if there are others.
  let ranks: DataElixirRanks?
  /// What the denoiser was made of, if it is the dataset's own.
  let ownDenoiser: OwnDenoiserReport?
  /// The shards whose candidates are taken; empty if there are none.
  let shards: [Shard]

  var dataset: ImageDataset { context.dataset }
  var run: Run { context.run }
  var schedule: NoiseSchedule { networks.schedule }

  /// Loads the denoiser and checks that everything fits together, before the run's folder is
  /// opened; or makes the denoiser in it.
  ///
  /// - Throws: `DatasetError`, `CheckpointError`, `DiffusionError` or `PurificationError`; without
  ///   a denoiser `SiftingError` or `TrainingError`, too.
  init(
    _ options: DataElixir, in context: PurificationContext, identity: [String: String] = [:]
  ) throws {
    let given = try Self.checkedDenoiser(options, for: context.dataset, on: context.backend)
    self.options = options
    self.context = context
    shards = try context.parts?.complete(try context.identity()) ?? []
    ranks = try context.team.map { try DataElixirRanks(options, in: context, $0) }
    let denoisers: [PretrainedDenoiser]
    if let given, let path = options.denoiser {
      let others = try Self.load(
        URL(fileURLWithPath: path), on: context.devices.backends.dropFirst())
      denoisers = [given] + others
      folder = try context.begin(identity)
      ownDenoiser = nil
    } else {
      folder = try context.begin(identity)
      let made = try OwnDenoiserTraining(options, in: context).denoiser(in: folder)
      denoisers = try Self.load(made.folder, on: context.devices.backends)
      ownDenoiser = made.report
      try ranks?.send(made.folder)
    }
    networks = CandidateNetworks(
      options: options, shape: context.dataset.shape, devices: context.devices,
      denoisers: denoisers)
    ranks?.part.take(networks)
  }

  /// The denoiser, if one was given, once everything is known to fit together.
  ///
  /// - Throws: `DatasetError`, `CheckpointError`, `DiffusionError` or `PurificationError`.
  static func checkedDenoiser(
    _ options: DataElixir, for dataset: ImageDataset, on backend: any ComputeBackend
  ) throws -> PretrainedDenoiser? {
    try dataset.requireSeveralClasses()
    try options.victim.check(dataset, on: backend)
    try check(options, classes: dataset.classCount, path: dataset.path)
    guard let path = options.denoiser else { return nil }
    let denoiser = try PretrainedDenoiser(URL(fileURLWithPath: path), on: backend)
    try check(denoiser.network.configuration, fits: dataset, path: path)
    // Throws now if the denoiser cannot do what it is asked for.
    if let noise = options.fixedNoiseSteps {
      _ = try CandidateNetworks.plan(
        options, schedule: denoiser.schedule, noiseSteps: noise)
    }
    return denoiser
  }

  static func load(
    _ folder: URL, on backends: some Sequence<any ComputeBackend>
  ) throws -> [PretrainedDenoiser] {
    try backends.map { try PretrainedDenoiser(folder, on: $0) }
  }

  /// Throws for more candidates or classes than are told apart, which else would show after hours.
  private static func check(_ options: DataElixir, classes: Int, path: String) throws {
    let (rounds, limit) = (options.roundCount, CandidateStore.limit)
    let (candidates, overflow) = rounds.multipliedReportingOverflow(by: options.keepLast)
    guard !overflow, candidates <= limit else {
      throw ParameterError(
        "rounds", rounds,
        "with \(options.keepLast) states of each they are more than \(limit) candidates")
    }
    guard classes <= limit else {
      throw FileError.damaged(
        path: path, reason: "it has \(classes) classes", advice: "use at most \(limit)")
    }
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

  /// What makes candidates.
  struct Models {
    let training: ModelTraining
    let network: any Classifier
    let victim: ClassifierLabels
    let search: NoiseSearch?
    let noiseSteps: Int
    let generators: [DiffusionCandidates]
  }

  /// What all candidates being there has led to.
  struct Stage {
    let training: ModelTraining
    let network: any Classifier
    /// Its opinions, of all ranks if there are several.
    let victim: any LabelModel
    /// The same on this process's devices.
    let ownVictim: ClassifierLabels
    let store: CandidateStore
    let findings: [AnomalyFilter.Finding]
  }

  /// Runs all stages.
  func outcome() throws -> PurificationOutcome<DataElixirFindings> {
    if !shards.isEmpty { try context.parts?.install(into: folder) }
    let models = try models()
    let pass = try candidates(by: models, of: 0..<dataset.count)
    var findings = DataElixirFindings(
      options: options, plan: models.generators[0].plan, noiseSteps: models.noiseSteps,
      construction: pass.construction)
    findings.noiseSearch = models.search
    findings.ownDenoiser = ownDenoiser
    releaseMemory()
    findings.rounds = retention(pass.store, of: pass.construction.samples)
    try run.note(LabelRetention.text(findings.rounds, samples: dataset.count))
    for finding in pass.findings { findings.verdicts.count(finding.verdict) }
    let stage = Stage(
      training: models.training, network: models.network,
      victim: ranks.map { RankedVictim(base: models.victim, ranks: $0) } ?? models.victim,
      ownVictim: models.victim, store: pass.store, findings: pass.findings)
    return options.compatibility == .current
      ? try decideByCarriers(stage, findings) : try decideLikePaper(stage, findings)
  }

  /// The victim, trained if need be, and the noise.
  func models() throws -> Models {
    let training = ModelTraining(
      options.victim, seed: options.seed, in: context, folder: folder)
    let network = try run.measure("victim model") { try training.victim(on: dataset) }
    let victim = try ClassifierLabels(network, shape: dataset.shape, on: context.devices)
    let file = options.victim.model == nil ? folder.file("victim.safetensors") : nil
    try ranks?.send(victim, file: file)
    let search = try run.measure("noise search") { try searchNoise(victim) }
    let noiseSteps = search?.noiseSteps ?? options.fixedNoiseSteps ?? 0
    return Models(
      training: training, network: network, victim: victim, search: search,
      noiseSteps: noiseSteps,
      generators: try networks.generators(noiseSteps: noiseSteps, victim: victim))
  }

  /// The first pass for some samples.
  func candidates(
    by models: Models, of samples: Range<Int>
  ) throws -> (
    construction: CandidateConstruction, store: CandidateStore, findings: [AnomalyFilter.Finding]
  ) {
    var construction = networks.construction(
      of: dataset, by: models.generators, batchSize: context.batchSize)
    construction.samples = samples
    let store = try CandidateStore(
      directory: folder.url, candidatesPerSample: construction.candidatesPerSample,
      imageBytes: dataset.shape.byteCount, classes: dataset.classCount)
    if !shards.isEmpty { try assemble(shards, into: store) }
    let findings = try run.measure("candidates") {
      try construct(
        construction, phase: "candidates", noiseSteps: models.noiseSteps, into: store,
        showsRetention: true)
    }
    return (construction, store, findings)
  }

  /// Stage 1, with the retention of labels and a warning after the first batch and at the end.
  @discardableResult
  func construct(
    _ construction: CandidateConstruction, phase: String, noiseSteps: Int,
    into store: CandidateStore, showsRetention: Bool = false
  ) throws -> [AnomalyFilter.Finding] {
    let total = construction.samples.count
    let count = try run.count(phase, of: total, done: store.completed)
    var hasShown = !showsRetention
    func tell(_ samples: Double) throws {
      let completed = store.completed
      try count(completed == total ? Double(total) : min(samples, Double(total) - 0.5))
      guard !hasShown, completed >= min(total, DataElixir.firstLook) else { return }
      hasShown = true
      let retention = retention(store, of: construction.samples)
      try run.note(LabelRetention.text(retention, samples: completed))
      if options.compatibility != .current {
        for warning in LabelRetention.warnings(retention) { try run.warn(warning) }
      }
    }
    guard let ranks else { return try construction.run(into: store, progress: tell) }
    let chosen = construction.images as? ImageSelection
    return try ranks.run(
      construction,
      DataElixirRequest.Look(
        samples: chosen?.indices, noiseSteps: noiseSteps, isSecond: chosen != nil,
        keepsAllImages: construction.keepsAllImages, batchSize: context.batchSize),
      into: store, progress: tell)
  }

  /// Gives back what a stage took and the next one has no use for, so that they do not add up.
  func releaseMemory() {
    for backend in context.devices.backends { backend.pool.trim() }
    ProcessUsage.releaseFreeMemory()
  }

  private func retention(_ store: CandidateStore, of samples: Range<Int>) -> [LabelRetention] {
    LabelRetention.all(
      of: store, labels: Array(dataset.labels[samples]), classes: dataset.classCount,
      rounds: options.roundCount)
  }
}
