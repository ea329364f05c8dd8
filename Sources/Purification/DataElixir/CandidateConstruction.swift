import Datasets
import Runs
import Training

/// Stage 1, candidate set construction (DataElixir §3.2): n rounds of noise and restoration for
/// every sample, and the victim's label of each candidate.
///
/// A pool of samples goes through the rounds together, each at its own: the place of one that is
/// through, or whose verdict is settled, is taken by the next of the dataset, so that the device
/// always has a whole batch. Samples are stored in the order of the dataset; those that are through
/// before an earlier one wait, for fewer rounds than there are, so memory is bounded by the pool.
package struct CandidateConstruction {
  package var images: any LabelledImages
  package var generator: any CandidateGenerator
  package var filter: AnomalyFilter
  /// The paper's n.
  package var rounds: Int
  /// Samples in the pool.
  package var batchSize: Int
  /// Leaves out the remaining rounds of samples whose verdict is settled; changes no output.
  package var skipsSettled = true
  /// Keeps the images of all samples, not of the anomalous only.
  package var keepsAllImages = false

  package init(
    images: any LabelledImages, generator: any CandidateGenerator, filter: AnomalyFilter,
    rounds: Int, batchSize: Int
  ) {
    precondition(
      rounds > 0 && batchSize > 0,
      "CandidateConstruction: \(rounds) rounds, batches of \(batchSize)")
    self.images = images
    self.generator = generator
    self.filter = filter
    self.rounds = rounds
    self.batchSize = batchSize
  }

  /// n·m: those of all rounds.
  package var candidatesPerSample: Int { rounds * generator.candidatesPerRound }

  /// Completes the store.
  ///
  /// While a round is computed, the next samples are read and those that were through before are
  /// stored.
  ///
  /// - Parameter progress: told after each round how many samples' worth of rounds are done;
  ///   samples are in the store at the latest when the next round is told.
  /// - Returns: stage 2's finding about each sample (§3.3).
  @discardableResult
  package func run(
    into store: CandidateStore, progress: (_ samples: Double) throws -> Void = { _ in }
  ) throws -> [AnomalyFilter.Finding] {
    var findings = (0..<store.completed).map { finding(store.labels(of: $0), of: $0) }
    var queue = SampleQueue(images: images, from: store.completed, readAhead: batchSize)
    var pool: [InFlightSample] = []
    var waiting: [Int: InFlightSample] = [:]
    var stored = store.completed
    let storing = SerialWorker()
    // Also after an error: what was computed before it is kept.
    defer { try? storing.finish() }
    while true {
      let entering = try queue.take(batchSize - pool.count)
      pool += entering.samples.map { InFlightSample($0) }
      if pool.isEmpty { break }
      try advance(&pool, newImages: entering.bytes)
      try storing.finish()
      let through = pool.filter { isThrough($0) }
      pool.removeAll { isThrough($0) }
      for sample in through { waiting[sample.index] = sample }
      var next: [InFlightSample] = []
      while let sample = waiting.removeValue(forKey: stored + next.count) { next.append(sample) }
      stored += next.count
      let found = next.map { finding($0.labels, of: $0.index) }
      findings += found
      // Also if `progress` throws.
      defer {
        if !next.isEmpty { storing.start { [next] in try append(next, found, to: store) } }
      }
      let underWay = pool.reduce(0) { $0 + $1.rounds }
      try progress(Double(stored + waiting.count) + Double(underWay) / Double(rounds))
    }
    try storing.finish()
    try progress(Double(stored))
    return findings
  }

  private func finding(_ labels: SampleLabels, of sample: Int) -> AnomalyFilter.Finding {
    filter.finding(labels, label: images.label(sample), classes: images.classCount)
  }

  /// One round for the whole pool.
  private func advance(_ pool: inout [InFlightSample], newImages: [UInt8]) throws {
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
    let remaining = (rounds - sample.rounds) * generator.candidatesPerRound
    return remaining > 0
      && filter.isSettledBenign(
        sample.labels, label: images.label(sample.index), remaining: remaining,
        classes: images.classCount)
  }

  /// Stores the labels of all samples, and the images of those that are anomalous.
  private func append(
    _ samples: [InFlightSample], _ findings: [AnomalyFilter.Finding], to store: CandidateStore
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

/// The samples of a dataset from one on, in order; the next ones are read ahead.
private struct SampleQueue {
  private let size: Int
  private let blocks: Prefetcher<[UInt8]>
  /// Read, but not taken.
  private var bytes: [UInt8] = []
  private var samples: Range<Int>

  init(images: any LabelledImages, from first: Int, readAhead: Int) {
    let count = images.count
    size = images.shape.byteCount
    samples = first..<count
    blocks = Prefetcher(from: 0) { number in
      let start = min(first + number * readAhead, count)
      return try images.images(Array(start..<min(start + readAhead, count)))
    }
  }

  /// The next samples, fewer than wanted at the end, and their images.
  mutating func take(_ wanted: Int) throws -> (samples: Range<Int>, bytes: [UInt8]) {
    let count = min(wanted, samples.count)
    while bytes.count < count * size { bytes += try blocks.next() }
    defer {
      samples = samples.dropFirst(count)
      bytes.removeFirst(count * size)
    }
    return (samples.prefix(count), Array(bytes.prefix(count * size)))
  }
}
