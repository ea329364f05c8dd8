import Datasets
import Foundation
import Purification
import Runs
import TestSupport
import Testing

@Suite struct CandidateConstructionTests {
  private func contents(_ store: CandidateStore) throws -> [[UInt8]] {
    try (0..<store.completed).map { sample in
      let labels = store.labels(of: sample)
      let images = store.hasImages(of: sample) ? try store.images(of: sample) : []
      return [UInt8(labels.original)] + labels.candidates.map(UInt8.init) + images
    }
  }

  @Test func batchesDoNotMatter() throws {
    let whole = try TemporaryFolder()
    let parts = try TemporaryFolder()
    let first = try whole.store()
    let second = try parts.store()
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: first)
    try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 5).run(into: second)
    #expect(try contents(first) == contents(second))
    #expect(try whole.read("candidates.images") == parts.read("candidates.images"))
  }

  @Test func settledSamplesAreSkippedWithTheSameBytes() throws {
    // τ = 3 of 6: unanimous after two rounds of two, a sample cannot change any more.
    let withSkips = try TemporaryFolder()
    let without = try TemporaryFolder()
    let quick = ScriptedCase.Denoiser()
    let slow = ScriptedCase.Denoiser()
    try ScriptedCase.construction(quick, threshold: 3).run(into: withSkips.store())
    var construction = ScriptedCase.construction(slow, threshold: 3)
    construction.skipsSettled = false
    try construction.run(into: without.store())
    #expect(slow.calls.allSatisfy { $0.count == 12 })
    // Unanimous and as labelled after two rounds: 0, 5, 6, 7, 8, 9, 11.
    #expect(quick.calls.map(\.count) == [12, 12, 5])
    #expect(quick.calls.last == [1, 2, 3, 4, 10])
    let all = try without.store()
    #expect(try contents(withSkips.store()) == contents(all))
    #expect(try withSkips.read("candidates.images") == without.read("candidates.images"))
    let verdicts = PaperDecisions(
      images: ScriptedCase.Images(), store: all,
      rules: .init(filter: AnomalyFilter(threshold: .count(3)))
    ).identifyAnomalies().map(\.verdict.rawValue).joined()
    #expect(verdicts == "BBPPSBBBBBSB")
  }

  @Test func placesInThePoolAreTakenAtOnce() throws {
    // As above: 0, 5, 6, 7, 8, 9 and 11 leave after two rounds, the others after three.
    let folder = try TemporaryFolder()
    let whole = try TemporaryFolder()
    let denoiser = ScriptedCase.Denoiser()
    try ScriptedCase.construction(denoiser, threshold: 3, batchSize: 4).run(into: folder.store())
    #expect(
      denoiser.calls == [
        [0, 1, 2, 3], [0, 1, 2, 3], [1, 2, 3, 4], [4, 5, 6, 7], [4, 5, 6, 7], [8, 9, 10, 11],
        [8, 9, 10, 11], [10],
      ])
    try ScriptedCase.construction(ScriptedCase.Denoiser(), threshold: 3).run(into: whole.store())
    #expect(try contents(folder.store()) == contents(whole.store()))
    #expect(try folder.read("candidates.images") == whole.read("candidates.images"))
  }

  @Test(arguments: 0..<7)
  func resumesWhereSamplesLeaveAtDifferentTimes(failure: Int) throws {
    let whole = try TemporaryFolder()
    let broken = try TemporaryFolder()
    try ScriptedCase.construction(ScriptedCase.Denoiser(), threshold: 3, batchSize: 4)
      .run(into: whole.store())
    let denoiser = ScriptedCase.Denoiser()
    denoiser.failsAtCall = failure
    #expect(throws: ScriptedCase.Denoiser.Interruption.self) {
      try ScriptedCase.construction(denoiser, threshold: 3, batchSize: 4).run(into: broken.store())
    }
    // In the order of the dataset: sample 0 is through after two rounds, 1, 2 and 3 after three, …
    #expect(try broken.store().completed == [0, 0, 1, 4, 4, 8, 8][failure])
    try ScriptedCase.construction(ScriptedCase.Denoiser(), threshold: 3, batchSize: 4)
      .run(into: broken.store())
    #expect(try contents(broken.store()) == contents(whole.store()))
    #expect(try broken.read("candidates.images") == whole.read("candidates.images"))
  }

  @Test func resumesAfterAnInterruption() throws {
    let whole = try TemporaryFolder()
    let broken = try TemporaryFolder()
    try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 5).run(into: whole.store())
    let denoiser = ScriptedCase.Denoiser()
    denoiser.failsAtCall = 4
    #expect(throws: ScriptedCase.Denoiser.Interruption.self) {
      try ScriptedCase.construction(denoiser, batchSize: 5).run(into: broken.store())
    }
    #expect(try broken.store().completed == 5)
    let second = ScriptedCase.Denoiser()
    try ScriptedCase.construction(second, batchSize: 5).run(into: broken.store())
    #expect(second.calls.first == [5, 6, 7, 8, 9])
    for file in ["candidates.journal", "candidates.images"] {
      #expect(try whole.read(file) == broken.read(file))
    }
  }

  @Test(arguments: [1, 7, 20])
  func dropsARecordThatWasCutShort(missing: Int) throws {
    let whole = try TemporaryFolder()
    let torn = try TemporaryFolder()
    for folder in [whole, torn] {
      try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 6).run(into: folder.store())
    }
    let path = torn.url.appendingPathComponent("candidates.journal")
    let handle = try FileHandle(forUpdating: path)
    try handle.truncate(atOffset: try handle.seekToEnd() - UInt64(missing))
    try handle.close()
    #expect(try torn.store().completed == 6)
    try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 6).run(into: torn.store())
    for file in ["candidates.journal", "candidates.images"] {
      #expect(try whole.read(file) == torn.read(file))
    }
  }

  @Test func readsTheNextBatchWhileOneIsComputed() throws {
    /// Tells when images are read.
    struct Observed: LabelledImages {
      let base = ScriptedCase.Images()
      let reads = DispatchSemaphore(value: 0)
      var shape: ImageShape { base.shape }
      var classCount: Int { base.classCount }
      var labels: [Int32] { base.labels }

      func images(_ samples: [Int]) -> [UInt8] {
        if !samples.isEmpty { reads.signal() }
        return base.images(samples)
      }
    }
    /// Waits in its first call until a second batch was read.
    final class Waiting: CandidateGenerator {
      let base = ScriptedCase.Denoiser()
      let reads: DispatchSemaphore
      var hasOverlapped: Bool?
      var candidatesPerRound: Int { base.candidatesPerRound }
      init(_ reads: DispatchSemaphore) { self.reads = reads }

      func round(_ pool: [PooledSample], newImages: [UInt8]) throws -> CandidateRound {
        if hasOverlapped == nil {
          hasOverlapped = (0..<2).allSatisfy { _ in
            reads.wait(timeout: .now() + 600) == .success
          }
        }
        return try base.round(pool, newImages: newImages)
      }
    }
    let folder = try TemporaryFolder()
    let images = Observed()
    let generator = Waiting(images.reads)
    var construction = ScriptedCase.construction(generator.base, batchSize: 5)
    construction.images = images
    construction.generators = [generator]
    try construction.run(into: folder.store())
    #expect(generator.hasOverlapped == true)
  }

  @Test func progressIsToldInOrderAndAfterStoring() throws {
    let folder = try TemporaryFolder()
    let store = try folder.store()
    var told: [Double] = []
    try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 6).run(into: store) {
      told.append($0)
      // Nothing is being stored meanwhile: the store can be asked.
      #expect(store.completed <= Int($0))
    }
    #expect(told == told.sorted() && told.last == 12 && told.contains(6))
    #expect(store.completed == 12)
  }

  @Test func aStopByTheCallerLosesNothing() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    #expect(throws: Stop.self) {
      try ScriptedCase.construction(ScriptedCase.Denoiser(), batchSize: 5).run(
        into: folder.store()
      ) { if $0 == 5 { throw Stop() } }
    }
    #expect(try folder.store().completed == 5)
  }

  @Test func noticesAlteredImages() throws {
    let folder = try TemporaryFolder()
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: folder.store())
    let handle = try FileHandle(
      forUpdating: folder.url.appendingPathComponent("candidates.images"))
    try handle.seek(toOffset: 3)
    try handle.write(contentsOf: [0xFF])
    try handle.close()
    let store = try folder.store()
    // The first image of the first sample that has any; the others are whole.
    #expect(throws: RunError.self) { try store.image(of: 2, candidate: 0) }
    #expect(throws: RunError.self) { try store.images(of: 2) }
    #expect(throws: Never.self) { try store.image(of: 2, candidate: 1) }
    #expect(throws: Never.self) { try store.images(of: 3) }
  }

  @Test func stopsAtValuesThatAreNotNumbers() throws {
    final class Broken: CandidateGenerator {
      let candidatesPerRound = 2
      func round(_ pool: [PooledSample], newImages: [UInt8]) -> CandidateRound {
        let bytes = [UInt8](repeating: 0, count: pool.count * 9)
        let labels = pool.map { _ in 0 }
        return CandidateRound(
          candidates: [bytes, bytes], labels: [labels, labels], originals: labels,
          notNumbers: [1])
      }
    }
    let folder = try TemporaryFolder()
    var construction = ScriptedCase.construction(ScriptedCase.Denoiser())
    construction.generators = [Broken()]
    #expect(throws: PurificationError.notANumber(sample: 1, round: 0)) {
      try construction.run(into: folder.store())
    }
  }
}
