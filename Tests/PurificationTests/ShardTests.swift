import Datasets
import Foundation
import Purification
import TestSupport
import Testing
import Training

/// The first pass in shards, merged to the bytes of one process.
@Suite struct ShardTests {
  private static let world = Result { try SmallWorld() }
  private let world: SmallWorld
  private let path: String

  init() throws {
    world = try Self.world.get()
    path = world.folder.path + "/shards-\(UUID().uuidString)"
  }

  private var parts: String { path + ".parts" }

  /// With a victim that each shard trains or takes from another, and noise that is found.
  private func method(epochs: Int = 2, seed: UInt64 = 7) -> DataElixir {
    var method = world.method
    method.seed = seed
    method.noiseSteps = nil
    method.compatibility = .current
    method.victim.model = nil
    method.victim.plan = ClassifierPlan(width: 4, recipe: world.recipe(epochs: epochs))
    return method
  }

  @discardableResult
  private func make(_ shard: String, _ method: DataElixir? = nil) throws -> Bool {
    try world.job(method ?? self.method()).make(Shard(shard), output: path)
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: parts + "/" + name)
  }

  @Test func shardsAreNamedByNumberAndCount() throws {
    #expect(try Shard("2/8").description == "2/8")
    for text in ["0/3", "4/3", "1/0", "1", "1/2/3", "a/3", "1/ 3", "-1/3"] {
      #expect(throws: ParameterError.self) { try Shard(text) }
    }
  }

  @Test(arguments: [Compatibility.current, .paper])
  func threeShardsGiveTheBytesOfOneRun(rules: Compatibility) throws {
    var method = method()
    method.compatibility = rules
    if rules == .paper { method.noiseSteps = 6 }
    _ = try world.job(method).run(output: path + "-whole")
    // In any order, and with any batch.
    for (shard, batch) in [("3/3", 7), ("1/3", 32), ("2/3", 160)] {
      #expect(try world.job(method, batchSize: batch).make(Shard(shard), output: path))
    }
    #expect(try !make("2/3", method))
    #expect(!FileManager.default.fileExists(atPath: path))
    _ = try world.job(method).merge(output: path)
    let (whole, merged) = (
      URL(fileURLWithPath: path + "-whole").lastPathComponent,
      URL(fileURLWithPath: path).lastPathComponent
    )
    #expect(try world.contents(whole) == world.contents(merged))
    #expect(
      try world.folder.read(whole + ".run/candidates.images")
        == world.folder.read(merged + ".run/candidates.images"))
    #expect(!FileManager.default.fileExists(atPath: parts))
  }

  @Test func aShardTakesTheVictimOfOneThatIsComplete() throws {
    try make("1/2")
    var phases: Set<String> = []
    var job = try world.job(method())
    job.handler = { event in if let phase = event.phase { phases.insert(phase) } }
    #expect(try job.make(Shard("2/2"), output: path))
    #expect(phases.contains("candidates"))
    #expect(!phases.contains("victim model") && !phases.contains("noise search"))
  }

  @Test func aStoppedShardGoesOn() throws {
    struct Stop: Error {}
    _ = try world.job(method()).run(output: path + "-whole")
    var job = try world.job(method(), batchSize: 8)
    job.handler = { event in
      if case .progress(let progress) = event, progress.phase == "candidates", progress.done > 30 {
        throw Stop()
      }
    }
    #expect(throws: Stop.self) { try job.make(Shard("1/2"), output: path) }
    #expect(exists("shard-1-of-2.partial") && !exists("shard-1-of-2.run"))
    try make("2/2")
    // It is unfinished, so there is nothing to merge.
    let error = #expect(throws: ShardError.self) {
      try world.job(method()).merge(output: path)
    }
    #expect(error == .missing(path: parts, missing: [], unfinished: [1], count: 2))
    try make("1/2")
    _ = try world.job(method()).merge(output: path)
    let name = URL(fileURLWithPath: path).lastPathComponent
    #expect(try world.contents(name + "-whole") == world.contents(name))
  }

  @Test func aStoppedMergeGoesOn() throws {
    struct Stop: Error {}
    _ = try world.job(method()).run(output: path + "-whole")
    for number in 1...2 { try make("\(number)/2") }
    var job = try world.job(method())
    job.handler = { event in
      if case .progress(let progress) = event, progress.phase == "shards", progress.done > 0 {
        throw Stop()
      }
    }
    #expect(throws: Stop.self) { try job.merge(output: path) }
    #expect(exists("shard-1-of-2.run"))
    _ = try world.job(method()).merge(output: path)
    let name = URL(fileURLWithPath: path).lastPathComponent
    #expect(try world.contents(name + "-whole") == world.contents(name))
  }

  @Test func missingShardsAreNamed() throws {
    #expect(throws: ShardError.none(path: parts)) { try world.job(method()).merge(output: path) }
    try make("2/4")
    let error = #expect(throws: ShardError.self) { try world.job(method()).merge(output: path) }
    #expect(
      error?.description
        == "\(parts): shards 1, 3, 4 of 4 are not there; run their commands (again)")
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func shardsOfAnotherRunAreRefused() throws {
    try make("1/2")
    // Another cut.
    #expect(throws: ShardError.counts(path: parts, [2, 3])) { try make("2/3") }
    // Other options.
    let error = #expect(throws: ShardError.self) { try make("2/2", method(seed: 8)) }
    #expect(error?.description.contains("(seed: 7, now 8)") == true)
    // Other data.
    let other = try world.job(method(), on: world.folder.path + "/clean")
    let dataset = #expect(throws: ShardError.self) { try other.make(Shard("2/2"), output: path) }
    #expect(dataset?.description.contains("(dataset: ") == true)
    // A copy of a shard in another's place.
    try FileManager.default.copyItem(
      atPath: parts + "/shard-1-of-2.run", toPath: parts + "/shard-2-of-2.run")
    let copy = #expect(throws: ShardError.self) { try world.job(method()).merge(output: path) }
    #expect(copy?.description.contains("(shard: 1/2, now 2/2)") == true)
  }

  @Test func shardsWhoseVictimsDifferAreRefused() throws {
    for number in 1...2 { try make("\(number)/2") }
    let name = URL(fileURLWithPath: parts).lastPathComponent
    let file = name + "/shard-2-of-2.run/victim.safetensors"
    var bytes = try world.folder.read(file)
    bytes[bytes.count - 1] ^= 1
    try world.folder.write(bytes, to: file)
    #expect(throws: ShardError.unlike(path: parts, file: "victim.safetensors", shards: [2])) {
      try world.job(method()).merge(output: path)
    }
  }

  @Test func whatCannotBeCutIsRefused() throws {
    #expect(throws: ParameterError.self) { try make("1/161") }
    var method = method()
    method.denoiser = nil
    let error = #expect(throws: ParameterError.self) { try make("1/2", method) }
    #expect(error?.reason == "shards need a denoiser that is trained already")
  }
}
