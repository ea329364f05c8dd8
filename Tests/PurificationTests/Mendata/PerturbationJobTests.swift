import ComputeBackend
import Critic
import Datasets
import Devices
import Foundation
import FoundationXML
import Models
import Purification
import Runs
import TestSupport
import Testing

/// Mendata and its baselines from dataset to output, on images of 8×8 pixels.
@Suite struct PerturbationJobTests {
  private let world: SmallWorld
  private let output: String
  private var path: String { world.folder.path + "/" + output }

  init() throws {
    world = try SmallWorld()
    output = "out"
    try world.folder.write(
      Array((0..<40).map { "\($0)\n" }.joined().utf8), to: "reference.txt")
  }

  private var mendata: Mendata {
    var options = MendataOptions(imageSide: 8)
    options.rounds = 4
    options.share = 0.2
    options.stepSize = 0.02
    options.critic.batchSize = 32
    options.critic.checkpointInterval = 5
    options.critic.maximumSteps = 60
    return mendata(options)
  }

  private func mendata(_ options: MendataOptions) -> Mendata {
    var mendata = Mendata(options)
    mendata.reference.features = world.victim
    mendata.reference.source = .list(path: world.folder.path + "/reference.txt")
    mendata.seed = 3
    return mendata
  }

  private func job<Method: Purifier>(
    _ method: Method, batchSize: Int = 32
  ) throws -> PurificationJob<Method> { try world.job(method, batchSize: batchSize) }

  @Test func mendataMovesUntrustedImagesOnly() throws {
    let report = try job(mendata).run(output: path)
    #expect(report.rounds.count == 4 && report.end == .rounds)
    #expect(report.rounds.allSatisfy { $0.moved == 24 && $0.greatestPerturbation > 0 })
    #expect(report.distances != nil)
    let before = try ImageDataset.open(world.dataset)
    let after = try ImageDataset.open(path)
    #expect(after.labels == before.labels)
    let changed = try (0..<160).filter { try after.images([$0]) != before.images([$0]) }
    #expect(changed.count == report.changes.images && changed.count >= 20)
    #expect(changed.allSatisfy { $0 >= 40 })
    let files = try world.folder.entries(output)
    for name in ["grid.png", "rounds.svg", "features.svg", "report.html", "reference.txt"] {
      #expect(files.contains(name))
    }
    #expect(try SampleIndexFile.read(path + "/reference.txt", for: before) == Array(0..<40))
    for name in ["rounds.svg", "features.svg"] {
      #expect(XMLParser(data: Data(try world.folder.read(output + "/" + name))).parse())
    }
  }

  @Test func twoDevicesMoveLikeOne() throws {
    var mendata = mendata
    // Found in the first round, on one device.
    mendata.options.stepSize = nil
    _ = try job(mendata).run(output: path + "-one")
    let devices = DevicePool(
      try (0..<2).map { _ in try Devices.make("cpu", options: DeviceOptions(threads: 1)) })
    var shared = PurificationJob(
      dataset: try ImageDataset.open(world.dataset), purifier: mendata, on: devices)
    shared.batchSize = 5
    let report = try shared.run(output: path)
    #expect(report.rounds.count == 4)
    // The report names the devices.
    func contents(_ name: String) throws -> [String: [UInt8]] {
      try world.contents(name).filter { $0.key != "report.json" }
    }
    #expect(try contents(output) == contents(output + "-one"))
  }

  @Test func neitherBatchNorInterruptionChangesTheOutput() throws {
    struct Stop: Error {}
    _ = try job(mendata).run(output: path + "b")
    var stopped = try job(mendata, batchSize: 7)
    stopped.handler = { event in
      if case .status("rounds", let line, _) = event, line.contains("round 3/4"),
        line.contains("moved")
      {
        throw Stop()
      }
    }
    #expect(throws: Stop.self) { try stopped.run(output: path) }
    #expect(try world.folder.entries(output + ".partial").contains("critic-2.safetensors"))
    var notes: [String] = []
    var rest = try job(mendata, batchSize: 50)
    rest.handler = { if case .note(let text) = $0 { notes.append(text) } }
    _ = try rest.run(output: path)
    #expect(notes.filter { $0.hasPrefix("Round ") }.count == 2)
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func theDistanceOfShiftedImagesFalls() throws {
    // Brighter images against a reference of ordinary ones.
    let source = try ImageDataset.open(world.folder.path + "/clean")
    let writer = try DatasetWriter(copying: source, to: world.folder.path + "/bright")
    for sample in 40..<160 {
      try writer.replace(sample, image: try source.images([sample]).map { $0 / 2 + 100 })
    }
    try writer.commit()
    var options = MendataOptions(imageSide: 8)
    options.rounds = 12
    options.share = 0.5
    options.stepSize = 0.05
    options.critic.batchSize = 64
    let report = try world.job(
      mendata(options), on: world.folder.path + "/bright", batchSize: 64
    ).run(output: path)
    let first = try #require(report.rounds.first)
    let last = try #require(report.rounds.last)
    #expect(last.distance < 0.8 * first.distance, "\(report.rounds.map(\.distance))")
  }

  @Test func randomNoiseHasItsDeviation() throws {
    let options = RandomNoise(deviation: 8, seed: 2)
    _ = try job(options).run(output: path)
    _ = try job(options, batchSize: 9).run(output: path + "b")
    #expect(try world.contents(output) == world.contents(output + "b"))
    let before = try ImageDataset.open(world.dataset).images(0..<160)
    let after = try ImageDataset.open(path).images(0..<160)
    let squares = zip(before, after).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    let deviation = (squares / Double(before.count)).squareRoot()
    #expect(abs(deviation - 8) < 0.2, "\(deviation)")
  }

  @Test func friendlyNoiseStaysInItsBallAndResumes() throws {
    struct Stop: Error {}
    var options = FriendlyNoise(radius: 6, epochs: 4, seed: 1)
    options.victim.model = world.victim
    _ = try job(options).run(output: path + "b")
    var stopped = try job(options, batchSize: 20)
    stopped.handler = { event in
      if case .progress(let progress) = event, progress.done == 60 { throw Stop() }
    }
    #expect(throws: Stop.self) { try stopped.run(output: path) }
    let report = try job(options).run(output: path)
    #expect(report.changes.greatest == 6 && report.changes.images == 160)
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func referenceOnlyDropsTheRest() throws {
    var options = ReferenceOnly()
    options.reference.source = ReferenceSource("simulated:0.9,0.5")
    var job = try job(options)
    job.truth = SmallWorld.mislabelled
    let report = try job.run(output: path)
    // 136 clean samples: 68 of them, and ⌊68 · 0.1 / 0.9⌋ others.
    #expect(report.changes.dropped == 160 - 75)
    #expect(report.reference?.precision == 68.0 / 75 && report.reference?.recall == 0.5)
    let kept = try SampleIndexFile.read(path + "/reference.txt", for: job.dataset)
    let after = try ImageDataset.open(path)
    #expect(after.count == 75)
    #expect(try after.images(0..<75) == job.dataset.images(kept))
    #expect(after.labels == kept.map { job.dataset.labels[$0] })
  }

  @Test func refusesWhatCannotServe() throws {
    func failure(_ change: (inout Mendata) throws -> Void) throws -> String {
      var options = mendata
      try change(&options)
      do {
        _ = try job(options).run(output: path)
      } catch {
        return "\(error)"
      }
      return "none"
    }
    try world.folder.write(Array("# nothing\n".utf8), to: "empty.txt")
    let all = (0..<160).map { "\($0)\n" }.joined()
    try world.folder.write(Array(all.utf8), to: "all.txt")
    try Shapes(seed: 1).writeFolder(world.folder.path + "/shapes", training: 20, test: 10)
    #expect(
      try failure { $0.reference.source = .list(path: world.folder.path + "/empty.txt") }
        .contains("no sample is listed"))
    #expect(
      try failure { $0.reference.source = .list(path: world.folder.path + "/all.txt") }
        .contains("nothing to purify"))
    #expect(
      try failure { $0.reference.source = .dataset(path: world.folder.path + "/shapes") }
        .contains("but \(world.dataset) has 8×8×1"))
    #expect(try failure { $0.reference.source = nil }.contains("needs reference data"))
    #expect(
      try failure { $0.reference.source = ReferenceSource("simulated:1,0.1") }
        .contains("needs the ground truth"))
    #expect(
      try failure {
        $0.options.share = 0.001
      }.contains("a share of 0.001 of 120 untrusted samples selects none"))
    #expect(
      try failure {
        let network = ClassifierFile.random(
          ClassifierConfiguration(.resNet20, classes: 4, inputChannels: 3, width: 4), seed: 0,
          on: world.backend)
        let file = world.folder.path + "/colour.safetensors"
        try ClassifierFile.save(network, to: URL(fileURLWithPath: file))
        $0.reference.features = file
      }.contains("for images of 3 channels"))
  }

  @Test func aCriticThatDivergesLeavesTheRunsFolder() throws {
    var options = MendataOptions(imageSide: 8)
    options.share = 0.2
    options.critic.learningRate = 1e30
    #expect {
      _ = try job(mendata(options)).run(output: path)
    } throws: {
      "\($0)".contains("the critic's loss in round 1 became NaN or infinite")
        && "\($0)".contains(path + ".partial")
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func aLargeFirstStepIsNamed() throws {
    var options = MendataOptions(imageSide: 8)
    (options.rounds, options.share, options.stepSize) = (1, 0.2, 50)
    options.critic.maximumSteps = 20
    var warnings: [String] = []
    var job = try job(mendata(options))
    job.handler = { if case .warning(let text) = $0 { warnings.append(text) } }
    _ = try job.run(output: path)
    #expect(warnings.contains { $0.hasPrefix("the first round moved images by") })
  }

  /// More images than the dataset has, of its own shape.
  @Test func aLargerReferenceIsRefused() throws {
    let clean = try ImageDataset.open(world.folder.path + "/clean")
    let writer = try DatasetWriter(copying: clean, to: world.folder.path + "/few")
    try writer.remove(Array(20..<160))
    try writer.commit()
    var options = mendata
    options.reference.source = .dataset(path: world.dataset)
    #expect {
      try world.job(options, on: world.folder.path + "/few").run(output: path)
    } throws: {
      "\($0)".contains("160 reference images are more than the 20")
    }
  }
}
