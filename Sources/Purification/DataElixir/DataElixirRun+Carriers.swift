import ComputeBackend
import Datasets
import Detection
import Diffusion
import Foundation
import Runs
import Support
import Training

/// Our decisions: noise from the data, targets by transplants, a repair that carriers cannot reach.
extension DataElixirRun {
  /// Images that the noise search looks at.
  static let searchImages = 256
  /// Carriers whose transplants are tried on the benign model.
  static let attackDonors = 64

  /// The level to use; nil if it is fixed.
  func searchNoise(_ victim: ClassifierLabels) throws -> NoiseSearch? {
    guard options.fixedNoiseSteps == nil else { return nil }
    let file = folder.file("noise-search.json")
    if let bytes = try? RandomAccessFile.contents(file.path),
      let found = try? JSONDecoder().decode(NoiseSearch.self, from: Data(bytes))
    {
      return found
    }
    let chosen = searchSamples()
    let originals = try victim.labels(try dataset.images(chosen), count: chosen.count)
    // Labels that the victim does not give anyway say nothing about the noise.
    let samples = zip(chosen, originals).filter { dataset.label($0) == $1 }.map(\.0)
    let search = try NoiseSearch(limit: noiseLimit) { noiseSteps in
      try run.status("noise search", "\(noiseSteps) steps")
      return try retention(of: samples, noiseSteps: noiseSteps, victim: victim)
    }
    try JSONText.write(search, to: file.path)
    try run.note(search.text)
    return search
  }

  /// About as many samples of each class, rising.
  private func searchSamples() -> [Int] {
    var byClass = [[Int]](repeating: [], count: dataset.classCount)
    for sample in 0..<dataset.count { byClass[dataset.label(sample)].append(sample) }
    let present = byClass.filter { !$0.isEmpty }
    let share = max(1, Self.searchImages / max(present.count, 1))
    var random = PhiloxGenerator(seed: options.seed, purpose: .noiseSearch)
    return present.flatMap { random.choose(min(share, $0.count), of: $0) }.sorted()
  }

  /// The most noise that the denoiser was trained for, in steps of the reference schedule.
  var noiseLimit: Int {
    let most = NoiseSchedule.reference.alphaBars.count
    guard let limit = schedule.trainedTimesteps else { return most }
    return (1...most).last {
      schedule.timestep(closestTo: NoiseSchedule.reference.alphaBar(level: $0)) < limit
    } ?? 1
  }

  /// The share of labels that the median class keeps after one round.
  private func retention(
    of samples: [Int], noiseSteps: Int, victim: ClassifierLabels
  ) throws -> Double {
    var counts = [(kept: Int, all: Int)](repeating: (0, 0), count: dataset.classCount)
    let labels = try roundLabels(of: samples, noiseSteps: noiseSteps, victim: victim)
    for (sample, label) in zip(samples, labels) {
      counts[dataset.label(sample)].all += 1
      if label == dataset.label(sample) { counts[dataset.label(sample)].kept += 1 }
    }
    return AnomalyIndex.median(
      counts.filter { $0.all > 0 }.map { Double($0.kept) / Double($0.all) })
  }

  /// The labels of samples after one round.
  private func roundLabels(
    of samples: [Int], noiseSteps: Int, victim: ClassifierLabels
  ) throws -> [Int] {
    if let ranks {
      return try ranks.round(samples, noiseSteps: noiseSteps, batchSize: context.batchSize)
    }
    return try networks.round(
      samples, of: dataset,
      by: try networks.generators(noiseSteps: noiseSteps, victim: victim, isSecond: true),
      batchSize: context.batchSize)
  }

  /// Finds targets and carriers, and repairs them.
  func decideByCarriers(
    _ stage: Stage, _ findings: DataElixirFindings
  ) throws -> PurificationOutcome<DataElixirFindings> {
    var findings = findings
    let opinions = try run.measure("detectors") { try detectorOpinions(stage) }
    releaseMemory()
    let found = try run.measure("transplants and second look") {
      try CarrierSearch(
        images: dataset, victim: stage.victim, seed: options.seed,
        takesSuspects: options.forcesVerdict, run: run
      ).run(
        first: stage.store, findings: stage.findings,
        secondLook: secondLook(stage, after: findings.candidates.noiseSteps)
      ) { recipients in
        KeptLabelSearch(
          images: dataset, victim: stage.victim, recipients: recipients, opinions: opinions,
          seed: options.seed, run: run
        ) { name, samples in
          try look(
            at: samples, noiseSteps: findings.candidates.noiseSteps, name: name,
            phase: "kept labels", stage)
        }
      }
    }
    findings.take(found)
    findings.opinions = opinions
    try context.startCopying(allBut: found.carriers + found.keepers + found.uncleared)
    let repair = CarrierRepair(
      images: dataset, candidates: found.candidates, victim: stage.victim, trainer: stage.training)
    let (outcome, benign) = try run.measure("benign model and repair") {
      try repair.run(
        carriers: found.carriers, keepers: found.keepers, uncleared: found.uncleared, run: run)
    }
    findings.repair.carriers = found.carriers.count
    findings.repair.keepers = found.keepers.count
    findings.repair.stillCarrying = outcome.stillCarrying.count
    findings.repair.disowned = outcome.disowned
    if let benign { findings.attack = try attack(found, on: [stage.victim, benign]) }
    var evidence = Dictionary(uniqueKeysWithValues: found.uncleared.map { ($0, "uncleared") })
    for sample in found.carriers + found.keepers { evidence[sample] = "carrier" }
    let triggers = TriggerEstimate.grid(
      try TriggerEstimate.all(of: found, images: dataset), classNames: dataset.classNames)
    findings.triggerPicture = try triggers.map { try PNG.encode($0.render()) }
    return try self.outcome(
      outcome.revisions, candidates: found.candidates, evidence: evidence, stage, findings)
  }

  private func secondLook(_ stage: Stage, after first: Int) -> SecondLook {
    SecondLook(
      images: dataset, filter: options.rules.filter,
      noiseSteps: SecondLook.levels(above: first, limit: noiseLimit)
    ) { noiseSteps, samples in
      try look(
        at: samples, noiseSteps: noiseSteps, name: "second-look-\(noiseSteps)",
        phase: "second look, \(noiseSteps) noise steps", stage)
    }
  }

  /// Other candidates of some samples, all with images; the folder keeps them by name.
  private func look(
    at samples: ImageSelection, noiseSteps: Int, name: String, phase: String, _ stage: Stage
  ) throws -> CandidateStore {
    var construction = networks.construction(
      of: samples,
      by: try networks.generators(
        noiseSteps: noiseSteps, victim: stage.ownVictim, isSecond: true),
      batchSize: context.batchSize)
    construction.keepsAllImages = true
    let store = try CandidateStore(
      directory: try folder.directory(name),
      candidatesPerSample: construction.candidatesPerSample,
      imageBytes: dataset.shape.byteCount, classes: dataset.classCount)
    try construct(construction, phase: phase, noiseSteps: noiseSteps, into: store)
    return store
  }

  /// What detectors say of the victim's features.
  private func detectorOpinions(_ stage: Stage) throws -> DetectorOpinions {
    let file = folder.file("victim.safetensors").path
    let victim = options.victim.model ?? file
    return try DetectorOpinions(
      DetectionInput(
        dataset: dataset, victim: VictimOptions(model: victim), seed: options.seed,
        batchSize: context.batchSize, backend: context.backend), run)
  }

  /// How often the carriers' transplants bring their label about, on the victim and the benign
  /// model.
  private func attack(
    _ found: CarrierSearch.Result, on models: [any LabelModel]
  ) throws -> DataElixirFindings.Attack? {
    let trials = found.bestDonors
    guard !trials.isEmpty else { return nil }
    let count = min(Self.attackDonors, trials.count)
    let chosen = (0..<count).map { trials[$0 * trials.count / count] }
    let rates = try models.map { model in
      let test = TransplantTest(
        images: dataset, candidates: found.candidates, model: model,
        recipients: found.recipients, seed: options.seed)
      let outcomes = try test.outcomes(of: chosen.map(\.donor))
      // By the kind of transplant that works best on the victim.
      return zip(chosen, outcomes).map { trial, outcome in
        outcome.share(of: trial.donor.label, kind: trial.forward.bestKind(for: trial.donor.label))
      }.reduce(0, +) / Double(count)
    }
    return DataElixirFindings.Attack(donors: count, victim: rates[0], benign: rates[1])
  }
}
