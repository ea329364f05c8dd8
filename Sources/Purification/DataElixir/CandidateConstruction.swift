import Datasets
import Runs

/// Stage 1, candidate set construction (DataElixir §3.2): n rounds of noise and restoration for
/// every sample, and the victim's label of each candidate.
///
/// On each device a pool of samples goes through the rounds together, each at its own: the place of
/// one that is through, or whose verdict is settled, is taken by the next of the dataset, so that
/// the device always has a whole batch, and none waits for another before the last samples. They
/// are stored in the order of the dataset; those that are through before an earlier one wait.
package struct CandidateConstruction {
  package var images: any LabelledImages
  /// One for each device.
  package var generators: [any CandidateGenerator]
  package var filter: AnomalyFilter
  /// The paper's n.
  package var rounds: Int
  /// Samples in a pool at most.
  package var batchSize: Int
  /// Samples of the images that the store is of, in order; all by default.
  package var samples: Range<Int>
  /// Leaves out the remaining rounds of samples whose verdict is settled; changes no output.
  package var skipsSettled = true
  /// Keeps the images of all samples, not of the anomalous only.
  package var keepsAllImages = false

  package init(
    images: any LabelledImages, generators: [any CandidateGenerator], filter: AnomalyFilter,
    rounds: Int, batchSize: Int
  ) {
    precondition(
      rounds > 0 && batchSize > 0 && !generators.isEmpty,
      "CandidateConstruction: \(rounds) rounds, batches of \(batchSize)")
    self.images = images
    self.generators = generators
    self.filter = filter
    self.rounds = rounds
    self.batchSize = batchSize
    samples = 0..<images.count
  }

  /// m, of each round.
  package var candidatesPerRound: Int { generators[0].candidatesPerRound }

  /// n·m: those of all rounds.
  package var candidatesPerSample: Int { rounds * candidatesPerRound }

  /// Completes the store.
  ///
  /// While rounds are computed, the next samples are read and those that were through before are
  /// stored.
  ///
  /// - Parameter progress: told after each round how many samples' worth of rounds are done.
  /// - Returns: stage 2's finding about each sample (§3.3).
  @discardableResult
  package func run(
    into store: any CandidateSink, progress: (_ samples: Double) throws -> Void = { _ in }
  ) throws -> [AnomalyFilter.Finding] {
    let first = samples.lowerBound
    var findings = (0..<store.completed).map { finding(store.labels(of: $0), of: first + $0) }
    findings.reserveCapacity(samples.count)
    let queue = SampleQueue(
      images: images, samples: samples.dropFirst(store.completed), readAhead: batchSize)
    // Few samples are for all devices, too.
    let share = (samples.count - store.completed + generators.count - 1) / generators.count
    let poolSize = max(1, min(batchSize, share))
    var waiting: [Int: InFlightSample] = [:]
    var underWay = [Int](repeating: 0, count: generators.count)
    try DeviceTeam.run(generators.count) { device, send in
      try advance(from: queue, poolSize, by: generators[device], device, send)
    } receive: { (step: Step) in
      for sample in step.through { waiting[sample.index] = sample }
      var next: [InFlightSample] = []
      while let sample = waiting.removeValue(forKey: first + store.completed + next.count) {
        next.append(sample)
      }
      if !next.isEmpty {
        let found = next.map { finding($0.labels, of: $0.index) }
        findings += found
        try append(next, found, to: store)
      }
      underWay[step.device] = step.underWay
      try progress(
        Double(store.completed + waiting.count)
          + Double(underWay.reduce(0, +)) / Double(rounds))
    }
    try progress(Double(store.completed))
    return findings
  }

  /// What a device has done in a round.
  private struct Step {
    let device: Int
    /// Samples that need no further round.
    let through: [InFlightSample]
    /// Rounds that the samples left in its pool have behind them.
    let underWay: Int
  }

  /// A device's part: round after round for a pool that the queue fills up.
  private func advance(
    from queue: SampleQueue, _ poolSize: Int, by generator: any CandidateGenerator, _ device: Int,
    _ send: DeviceTeam.Sending<Step>
  ) throws {
    var pool: [InFlightSample] = []
    while true {
      let entering = try queue.take(poolSize - pool.count)
      pool += entering.samples.map { InFlightSample($0) }
      if pool.isEmpty { break }
      try advance(&pool, by: generator, newImages: entering.bytes)
      let through = pool.filter { isThrough($0) }
      pool.removeAll { isThrough($0) }
      try send(
        Step(device: device, through: through, underWay: pool.reduce(0) { $0 + $1.rounds }))
    }
  }

  func finding(_ labels: SampleLabels, of sample: Int) -> AnomalyFilter.Finding {
    filter.finding(labels, label: images.label(sample), classes: images.classCount)
  }

  /// One round for the whole pool.
  private func advance(
    _ pool: inout [InFlightSample], by generator: any CandidateGenerator, newImages: [UInt8]
  ) throws {
    let made = try generator.round(
      pool.map { PooledSample(sample: $0.index, round: $0.rounds) }, newImages: newImages)
    precondition(
      made.candidates.count == generator.candidatesPerRound,
      "CandidateGenerator.round: \(made.candidates.count) candidates")
    if let bad = made.notNumbers.first {
      throw PurificationError.notANumber(sample: pool[bad].index, round: pool[bad].rounds)
    }
    for (place, label) in zip(pool.indices.suffix(made.originals.count), made.originals) {
      pool[place].labels.original = label
    }
    let size = images.shape.byteCount
    for place in pool.indices {
      pool[place].rounds += 1
      if pool[place].isSettled { continue }
      for (bytes, labels) in zip(made.candidates, made.labels) {
        pool[place].labels.candidates.append(labels[place])
        pool[place].candidates += bytes[place * size..<(place + 1) * size]
      }
      if !keepsAllImages, isSettled(pool[place]) {
        pool[place].isSettled = true
        pool[place].candidates = []
      }
    }
  }

  private func isThrough(_ sample: InFlightSample) -> Bool {
    sample.rounds == rounds || (skipsSettled && !keepsAllImages && sample.isSettled)
  }

  private func isSettled(_ sample: InFlightSample) -> Bool {
    let remaining = (rounds - sample.rounds) * candidatesPerRound
    return remaining > 0
      && filter.isSettledBenign(
        sample.labels, label: images.label(sample.index), remaining: remaining,
        classes: images.classCount)
  }

  /// Stores the labels of all samples, and the images of those that are anomalous.
  private func append(
    _ samples: [InFlightSample], _ findings: [AnomalyFilter.Finding], to store: any CandidateSink
  ) throws {
    var kept: [Int: [UInt8]] = [:]
    for (place, finding) in findings.enumerated()
    where keepsAllImages || finding.verdict.isAnomalous { kept[place] = samples[place].candidates }
    try store.append(samples.map(\.labels), keptImages: kept)
  }

  /// What is known of a sample on its way through the rounds.
  private struct InFlightSample {
    let index: Int
    /// The original's label is known after the first round.
    var labels = SampleLabels(original: 0, candidates: [])
    /// Rounds behind it.
    var rounds = 0
    /// It is benign whatever the rounds to come bring.
    var isSettled = false
    /// Candidate images so far; none once it is settled.
    var candidates: [UInt8] = []

    init(_ index: Int) { self.index = index }
  }
}
