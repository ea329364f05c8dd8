import ComputeBackend
import Datasets
import Devices
import Foundation
import Models
import Diffusion
import Purification
import Runs
import Support
import TestSupport
import Testing
import Training

/// The whole job on the CPU backend, with real networks on a small dataset.
@Suite struct PurificationJobTests {
  private static let world = Result { try SmallWorld() }
  private let world: SmallWorld
  private let output: String

  init() throws {
    world = try Self.world.get()
    output = "out-\(UUID().uuidString)"
  }

  private var path: String { world.folder.path + "/" + output }

  @Test func restoresLabelsOfTheTargetClass() throws {
    let report = try world.job().run(output: path)
    #expect(report.targets == [0])
    #expect(report.verdicts.benign == 136)
    #expect(report.verdicts.poisoned == 24)
    #expect(report.changes.labels == 24)
    #expect(report.changes.images == 24)
    #expect(report.rounds.map(\.round) == [0, 1, 2])
    let purified = try ImageDataset.open(path)
    #expect(purified.labels.map(Int.init) == SmallWorld.truth)
    let before = try ImageDataset.open(world.dataset)
    for sample in [0, 4, 1, 5] {
      let isSame = try purified.images([sample]) == before.images([sample])
      #expect(isSame != SmallWorld.mislabelled.contains(sample))
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func writesTableAndReports() throws {
    _ = try world.job().run(output: path)
    let added = Set(try world.folder.entries(output)).subtracting(
      try world.folder.entries("data"))
    #expect(added.subtracting([".elixir-gpu"]).allSatisfy { AddedFiles.contain(FileName($0)) })
    let rows = try CSVFile.read(path + "/purified.csv")
    #expect(rows[0].prefix(5) == ["sample", "verdict", "oldLabel", "newLabel", "distance"])
    #expect(rows.count == 161)
    #expect(rows[1][1] == "B" && rows[1][4] == "" && rows[1][5] == "")
    // Sample 5 is of class 1 and was labelled 0.
    #expect(rows[6][1...3] == ["P", "0", "1"])
    #expect((Double(rows[6][4]) ?? 0) > 0)
    #expect(rows[6][5] == "1:6")
    let data = Data(try world.folder.read(output + "/report.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(json["targets"] as? [Int] == [0])
    #expect((json["classes"] as? [Any])?.count == 4)
    let page = String(decoding: try world.folder.read(output + "/report.html"), as: UTF8.self)
    #expect(page.contains("These data are poisoned: "))
    #expect(page.contains("data:image/png;base64,"))
    #expect(
      !page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "").contains("://"))
  }

  @Test func batchSizeChangesNoByte() throws {
    _ = try world.job(batchSize: 160).run(output: path)
    _ = try world.job(batchSize: 23).run(output: path + "b")
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func aStoppedRunEndsWithTheSameBytes() throws {
    struct Stop: Error {}
    var options = world.method
    options.victim.model = nil
    options.victim.plan = ClassifierPlan(width: 4, recipe: world.recipe(epochs: 2))
    _ = try world.job(options).run(output: path + "b")
    // Stopped in the victim's training, then twice among the candidates.
    for (phase, count) in [("victim model", 1), ("candidates", 3), ("candidates", 3)] {
      var job = try world.job(options)
      var seen = 0
      job.handler = { event in
        if event.phase == phase { seen += 1 }
        if seen == count { throw Stop() }
      }
      #expect(throws: Stop.self) { try job.run(output: path) }
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(FileManager.default.fileExists(atPath: path + ".partial"))
    }
    var notes: [String] = []
    var job = try world.job(options)
    job.handler = { if case .note(let text) = $0 { notes.append(text) } }
    _ = try job.run(output: path)
    #expect(notes.contains { $0.hasPrefix("Resuming the unfinished run") })
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  /// On a device with room for some of the samples, and on one that fails in the middle.
  @Test func aDeviceWithLittleMemoryGetsSmallerBatches() throws {
    let backend = try Devices.make("cpu")
    let dataset = try ImageDataset.open(world.dataset)
    var job = PurificationJob(dataset: dataset, purifier: world.method, on: backend)
    job.batchSize = 8
    _ = try job.run(output: path + "b")
    let needed = backend.pool.statistics.peakBytesInUse
    backend.pool.limit(to: needed + needed / 4)
    job.batchSize = 160
    var warnings: [String] = []
    job.handler = { if case .warning(let text) = $0 { warnings.append(text) } }
    _ = try job.run(output: path)
    #expect(warnings.contains { $0.contains("out of memory") && $0.hasSuffix("batches of 80") })
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func aDeviceThatFailsLeavesARunToResume() throws {
    let backend = try Devices.make("cpu")
    var job = PurificationJob(
      dataset: try ImageDataset.open(world.dataset), purifier: world.method, on: backend)
    job.batchSize = 1
    var seen = 0
    job.handler = { event in
      if event.phase == "candidates" { seen += 1 }
      if seen == 40 { backend.pool.limit(to: 0) }
    }
    let error = #expect(throws: BackendError.self) { try job.run(output: path) }
    #expect(try #require(error).isOutOfMemory)
    #expect(!FileManager.default.fileExists(atPath: path))
    backend.pool.limit(to: .max)
    var notes: [String] = []
    job.handler = { if case .note(let text) = $0 { notes.append(text) } }
    _ = try job.run(output: path)
    #expect(notes.contains { $0.hasPrefix("Resuming the unfinished run") })
    _ = try world.job().run(output: path + "b")
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func aDatasetThatChangesMeanwhileGivesNoOutput() throws {
    let copy = world.folder.path + "/changing-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: world.dataset, toPath: copy)
    let dataset = try ImageDataset.open(copy)
    var job = PurificationJob(dataset: dataset, purifier: world.method, on: world.backend)
    var hasChanged = false
    job.handler = { event in
      guard event.phase == "candidates", !hasChanged else { return }
      hasChanged = true
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: copy).first { $0.contains("images") })
      let file = try RandomAccessFile(copy + "/" + name, .update)
      try file.write([try file.bytes(at: 999, count: 1)[0] ^ 1], at: 999)
    }
    let error = #expect(throws: FileError.self) { try job.run(output: path) }
    #expect(hasChanged)
    #expect("\(try #require(error))".contains("it changed while it was in use"))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func anUnfinishedRunWithOtherOptionsIsRefused() throws {
    struct Stop: Error {}
    var job = try world.job()
    job.handler = { if $0.phase != nil { throw Stop() } }
    #expect(throws: Stop.self) { try job.run(output: path) }
    var options = world.method
    options.rounds = 3
    let other = try world.job(options)
    #expect {
      try other.run(output: path)
    } throws: { error in
      "\(error)".contains("rounds: 2, now 3")
    }
    #expect(try other.run(output: path, force: true).options.rounds == 3)
  }

  /// Each file that loading a denoiser reads, wherever it lies and whichever names it.
  @Test func anUnfinishedRunWithAnotherDenoiserIsRefused() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    for name in ["config.json", "diffusion_pytorch_model.safetensors", "scheduler_config.json"] {
      let bytes = try Array(
        Data(contentsOf: URL(fileURLWithPath: (world.method.denoiser ?? "") + "/" + name)))
      try folder.write(bytes, to: (name.hasPrefix("scheduler") ? "scheduler/" : "unet/") + name)
    }
    for denoiser in [folder.path, folder.path + "/unet/config.json"] {
      var options = world.method
      options.denoiser = denoiser
      var job = try world.job(options)
      job.handler = { if $0.phase != nil { throw Stop() } }
      #expect(throws: Stop.self) { try job.run(output: path, force: true) }
      job.handler = { _ in }
      for name in ["scheduler/scheduler_config.json", "unet/config.json"] {
        let bytes = try folder.read(name)
        try folder.write(bytes + [10], to: name)
        #expect {
          try job.run(output: path)
        } throws: { "\($0)".contains("(denoiser checksum: ") }
        try folder.write(bytes, to: name)
      }
    }
  }

  /// Its records have checksums of another kind, which must not be taken for damage.
  @Test func anUnfinishedRunOfAnotherVersionIsRefused() throws {
    struct Stop: Error {}
    var job = try world.job()
    job.handler = { if $0.phase != nil { throw Stop() } }
    #expect(throws: Stop.self) { try job.run(output: path) }
    let record = output + ".partial/run.json"
    let text = String(decoding: try world.folder.read(record), as: UTF8.self)
    let line = "  \"run format\" : \"2\",\n"
    #expect(text.contains(line))
    try world.folder.write(Array(text.replacingOccurrences(of: line, with: "").utf8), to: record)
    #expect(throws: RunError.otherVersion(path: path + ".partial")) {
      try world.job().run(output: path)
    }
    _ = try world.job().run(output: path, force: true)
  }

  @Test func withoutATargetTheOutputIsTheInput() throws {
    // The victim agrees with every label of the clean copy.
    let clean = try ImageDataset.open(world.folder.path + "/clean")
    let job = PurificationJob(dataset: clean, purifier: world.method, on: world.backend)
    let report = try job.run(output: path)
    #expect(report.targets.isEmpty)
    #expect(report.conclusion.contains("unchanged"))
    for name in ["small-images-idx3-ubyte", "small-labels-idx1-ubyte"] {
      #expect(try world.folder.read(output + "/" + name) == world.folder.read("clean/" + name))
    }
  }

  @Test func existingOutputNeedsForce() throws {
    _ = try world.job().run(output: path)
    #expect(throws: FileError.outputExists(path: path)) { try world.job().run(output: path) }
    _ = try world.job().run(output: path, force: true)
  }

  @Test func refusesAModelThatDoesNotFit() throws {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 3, inputChannels: 1, width: 4), seed: 0,
      on: world.backend)
    let file = world.folder.url.appendingPathComponent("three.safetensors")
    try ClassifierFile.save(network, to: file)
    var options = world.method
    options.victim.model = file.path
    #expect(
      throws: PurificationError.unsuitableModel(
        path: file.path,
        reason: "it takes 1 channels and knows 3 classes, the images have 1 and 4")
    ) { try world.job(options).run(output: path) }
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test func refusesMoreNoiseThanThereIs() throws {
    var options = world.method
    options.noiseSteps = 2000
    #expect(throws: DiffusionError.self) { try world.job(options).run(output: path) }
  }

  @Test func candidatesStayForReviewUnlessPruned() throws {
    _ = try world.job().run(output: path)
    #expect(FileManager.default.fileExists(atPath: path + ".run/candidates.images"))
    var job = try world.job()
    job.keepsFiles = false
    _ = try job.run(output: path, force: true)
    #expect(!FileManager.default.fileExists(atPath: path + ".run"))
  }
}

extension RunEvent {
  /// The phase that a progress or status event is of.
  var phase: String? {
    switch self {
    case .progress(let progress): progress.phase
    case .status(let phase, _, _): phase
    case .note, .warning: nil
    }
  }
}
