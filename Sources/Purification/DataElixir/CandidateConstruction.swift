import Datasets
import Training

/// Stage 1, candidate set construction (DataElixir §3.2): n rounds of noise and restoration for every
/// sample, and the victim's label of each candidate.
///
/// Batches go through all rounds one after another, so that memory is bounded by the batch, a batch
/// is a unit of resuming, and the first batch already shows how all rounds will go.
public struct CandidateConstruction {
  public var images: any LabelledImages
  public var generator: any CandidateGenerator
  public var victim: any LabelModel
  public var filter: AnomalyFilter
  /// n
  public var rounds: Int
  public var batchSize: Int
  /// Leaves out the remaining rounds of samples whose verdict is settled; changes no output.
  public var skipsSettled = true

  public init(
    images: any LabelledImages, generator: any CandidateGenerator, victim: any LabelModel,
    filter: AnomalyFilter, rounds: Int, batchSize: Int
  ) {
    precondition(
      rounds > 0 && batchSize > 0,
      "CandidateConstruction: \(rounds) rounds, batches of \(batchSize)")
    self.images = images
    self.generator = generator
    self.victim = victim
    self.filter = filter
    self.rounds = rounds
    self.batchSize = batchSize
  }

  /// n·m
  public var candidatesPerSample: Int { rounds * generator.candidatesPerRound }

  /// Completes the store. While a batch is computed, the next one is read and the one before stored.
  ///
  /// - Parameter progress: told after each round how many samples' worth of rounds are done; samples
  ///   are in the store when all their rounds are.
  public func run(
    into store: CandidateStore, progress: (_ samples: Double) throws -> Void = { _ in }
  ) throws {
    let (first, count, batchSize) = (store.completed, images.count, batchSize)
    let batches = Prefetcher(from: 0) { [images] number in
      let start = min(first + number * batchSize, count)
      return try images.images(Array(start..<min(start + batchSize, count)))
    }
    let storing = PendingWork()
    // Also after an error: what was computed before it is kept.
    defer { try? storing.finish() }
    var stored: Int?
    func finishStoring() throws {
      try storing.finish()
      if let samples = stored { try progress(Double(samples)) }
      stored = nil
    }
    for start in stride(from: first, to: count, by: batchSize) {
      let end = min(start + batchSize, count)
      let batch = try complete(Array(start..<end), bytes: try batches.next()) { round in
        try finishStoring()
        try progress(Double(start) + Double((end - start) * round) / Double(rounds))
      }
      try finishStoring()
      storing.start { try append(batch, to: store) }
      stored = end
    }
    try finishStoring()
  }

  /// All rounds of some samples.
  private func complete(
    _ samples: [Int], bytes: [UInt8], finishedRounds: (_ rounds: Int) throws -> Void
  ) throws -> Batch {
    var batch = try Batch(samples, bytes: bytes, size: images.shape.byteCount, victim: victim)
    for round in 0..<rounds {
      let rows = batch.openRows(skipsSettled: skipsSettled)
      if rows.isEmpty { break }
      let made = try generator.round(
        round, images: batch.state(of: rows), samples: rows.map { samples[$0] })
      precondition(
        made.candidates.count == generator.candidatesPerRound,
        "CandidateGenerator.round: \(made.candidates.count) candidates")
      if let bad = made.result.firstIndex(where: { !$0.isFinite }) {
        let row = rows[bad / images.shape.byteCount]
        throw PurificationError.notANumber(sample: samples[row], round: round)
      }
      batch.take(made, rows: rows)
      settle(&batch, remaining: (rounds - 1 - round) * generator.candidatesPerRound)
      if round < rounds - 1 { try finishedRounds(round + 1) }
    }
    return batch
  }

  /// Stores the labels of all samples, and the images of those that are anomalous.
  private func append(_ batch: Batch, to store: CandidateStore) throws {
    var kept: [Int: [UInt8]] = [:]
    for (row, sample) in batch.samples.enumerated() {
      let finding = filter.finding(
        batch.labels[row], label: images.label(sample), classes: images.classCount)
      if finding.verdict.isAnomalous { kept[row] = batch.candidates[row] }
    }
    try store.append(batch.labels, keptImages: kept)
  }

  private func settle(_ batch: inout Batch, remaining: Int) {
    guard remaining > 0 else { return }
    for row in batch.labels.indices where !batch.isSettled[row] {
      batch.isSettled[row] = filter.isSettledBenign(
        batch.labels[row], label: images.label(batch.samples[row]), remaining: remaining,
        classes: images.classCount)
    }
  }

  /// What is known of a batch while it goes through the rounds.
  private struct Batch {
    let samples: [Int]
    let size: Int
    var labels: [SampleLabels]
    var isSettled: [Bool]
    /// Candidate images so far, by sample.
    var candidates: [[UInt8]]
    private var states: [Float]

    init(_ samples: [Int], bytes: [UInt8], size: Int, victim: any LabelModel) throws {
      self.samples = samples
      self.size = size
      labels = try victim.labels(bytes, count: samples.count).map {
        SampleLabels(original: $0, candidates: [])
      }
      isSettled = [Bool](repeating: false, count: samples.count)
      candidates = [[UInt8]](repeating: [], count: samples.count)
      states = bytes.map { Float($0) / 127.5 - 1 }
    }

    func openRows(skipsSettled: Bool) -> [Int] {
      labels.indices.filter { !(skipsSettled && isSettled[$0]) }
    }

    func state(of rows: [Int]) -> [Float] {
      if rows.count == labels.count { return states }
      return rows.flatMap { states[$0 * size..<($0 + 1) * size] }
    }

    /// Notes a round's labels and images; those of settled samples are not wanted any more.
    mutating func take(_ made: CandidateRound, rows: [Int]) {
      for (candidate, found) in zip(made.candidates, made.labels) {
        for (position, row) in rows.enumerated() where !isSettled[row] {
          labels[row].candidates.append(found[position])
          candidates[row] += candidate[position * size..<(position + 1) * size]
        }
      }
      for (position, row) in rows.enumerated() {
        states.replaceSubrange(
          row * size..<(row + 1) * size, with: made.result[position * size..<(position + 1) * size])
      }
    }
  }
}
