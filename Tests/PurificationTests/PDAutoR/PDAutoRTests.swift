import Datasets
import Detection
import Foundation
import Models
import Purification
import Restoration
import Runs
import Support
import TestSupport
import Testing
import Training

/// The whole method on the CPU with real, small networks; the flagged samples come from a list, so
/// that they are known.
@Suite struct PDAutoRTests {
  private static let world = Result { try SmallWorld() }
  private let world: SmallWorld
  private let output: String

  init() throws {
    world = try Self.world.get()
    output = "out-\(UUID().uuidString)"
  }

  private var path: String { world.folder.path + "/" + output }

  private func method(flagged: [Int]) throws -> PDAutoR {
    let list = world.folder.path + "/flagged-\(UUID().uuidString).txt"
    let dataset = try ImageDataset.open(world.dataset)
    try SampleIndexFile.write(
      flagged, fingerprint: try dataset.fingerprint(), remarks: [], to: list)
    var method = PDAutoR(
      recipe: RestorationRecipe(
        networks: .init(width: 4), learningRate: 1e-3, batchSize: 32, epochs: 2, flips: false),
      seed: 5)
    method.flagged = list
    method.victim.plan = ClassifierPlan(width: 4, recipe: world.recipe(epochs: 6))
    return method
  }

  /// 24 wrong labels, fewer than a batch of 32: the restored ones are those of the clean dataset.
  @Test func flaggedSamplesGetTheirLabelsBackAndOthersKeepTheirBytes() throws {
    var method = try method(flagged: SmallWorld.mislabelled.sorted())
    (method.threshold, method.doubtful) = (0.999, .keep)
    let report = try world.job(method).run(output: path)
    #expect(report.findings.flagged == 24)
    #expect(report.findings.flaggedPerClass == [24, 0, 0, 0])
    #expect(report.findings.cleanPerClass == [40, 30, 33, 33])
    #expect(report.changes.dropped == 0)
    #expect(report.outcome == .purified)
    let purified = try ImageDataset.open(path)
    let before = try ImageDataset.open(world.dataset)
    let right = SmallWorld.mislabelled.count {
      Int(purified.labels[$0]) == SmallWorld.truth[$0]
    }
    #expect(right >= 20, "\(right) of 24")
    for sample in 0..<160 where !SmallWorld.mislabelled.contains(sample) {
      #expect(purified.labels[sample] == before.labels[sample])
      #expect(try purified.images([sample]) == before.images([sample]))
    }
    let rows = try CSVFile.read(path + "/purified.csv")
    #expect(
      rows[0].prefix(7) == [
        "sample", "flagged", "score", "oldLabel", "newLabel", "confidence", "kept",
      ])
    #expect(rows.count == 161)
    #expect(rows[1][1...6] == ["no", "", "0", "0", "", "yes"])
    #expect(rows[6][1...3] == ["yes", "", "0"])
    #expect(rows[6][6] == "yes" && (Double(rows[6][5]) ?? 0) > 0.25)
    #expect(rows.dropFirst().count { $0[1] == "yes" } == 24)
    let page = String(decoding: try world.folder.read(output + "/report.html"), as: UTF8.self)
    #expect(page.contains("Losses over the restorer"))
    #expect(page.contains("Restored samples that a threshold keeps"))
    #expect(try !world.folder.entries(output + ".run").filter { $0.hasSuffix(".png") }.isEmpty)
    #expect(report.findings.losses.allSatisfy { $0.means.count == 2 })
  }

  /// No network is that certain.
  @Test func doubtfulSamplesAreLeftOut() throws {
    var method = try method(flagged: SmallWorld.mislabelled.sorted())
    method.threshold = 1
    let report = try world.job(method).run(output: path)
    #expect(report.findings.certain + report.changes.dropped == 24)
    #expect(report.changes.dropped > 0)
    let rows = try CSVFile.read(path + "/purified.csv")
    #expect(rows.dropFirst().count { $0[6] == "no" } == report.changes.dropped)
    #expect(try ImageDataset.open(path).count == 160 - report.changes.dropped)
    let (first, last) = (report.findings.quality.first, report.findings.quality.last)
    #expect(first?.threshold == 0 && first?.kept == 1)
    #expect(last?.threshold == 1 && last?.kept == Double(report.findings.certain) / 24)
  }

  @Test func withNothingFlaggedTheOutputIsTheInput() throws {
    // What is trusted is never flagged.
    var method = try method(flagged: [0, 5])
    try world.folder.write(Array("0\n5\n".utf8), to: "trusted-\(output).txt")
    method.reference.source = .list(path: world.folder.path + "/trusted-\(output).txt")
    let report = try world.job(method).run(output: path)
    #expect(report.outcome == .clean)
    #expect(report.conclusion.contains("the output is the input"))
    let changes = report.changes
    #expect(changes.images == 0 && changes.labels == 0 && changes.dropped == 0)
    for file in ["small-images-idx3-ubyte", "small-labels-idx1-ubyte"] {
      #expect(try world.folder.read(output + "/" + file) == world.folder.read("data/" + file))
    }
  }

  /// Stopped in the training of the restorer, then in that of the label model.
  @Test func aStoppedRunEndsWithTheSameBytes() throws {
    struct Stop: Error {}
    let method = try method(flagged: SmallWorld.mislabelled.sorted())
    _ = try world.job(method).run(output: path + "b")
    for phase in ["restorer", "label model"] {
      var job = try world.job(method)
      job.handler = { event in
        if case .status(phase, _, _) = event { throw Stop() }
      }
      #expect(throws: Stop.self) { try job.run(output: path) }
    }
    _ = try world.job(method, batchSize: 7).run(output: path)
    #expect(try world.contents(output) == world.contents(output + "b"))
  }

  @Test func aClassThatIsFlaggedWholeIsTold() throws {
    let labels = SmallWorld.labels
    let all = labels.indices.filter { labels[$0] == 3 }
    var method = try method(flagged: all)
    method.doubtful = .keep
    var warnings: [String] = []
    var job = try world.job(method)
    job.handler = { if case .warning(let text) = $0 { warnings.append(text) } }
    let report = try job.run(output: path)
    #expect(warnings.contains { $0.contains("all samples of 3 are flagged") }, "\(warnings)")
    #expect(report.findings.warnings == warnings)
    let purified = try ImageDataset.open(path)
    #expect(all.allSatisfy { purified.labels[$0] != 3 })
  }

  @Test func tooLittleLeftIsRefused() throws {
    let labels = SmallWorld.labels
    let method = try method(flagged: labels.indices.filter { labels[$0] != 3 })
    #expect {
      try world.job(method).run(output: path)
    } throws: {
      "\($0)".contains("fewer than two classes") && !"\($0)".contains("\n")
    }
  }

  @Test func oneClassIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 9, count: 128),
      to: "one/one-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 0, 0], to: "one/one-labels-idx1-ubyte")
    #expect(throws: DatasetError.self) {
      try world.job(PDAutoR(), on: folder.path + "/one").run(output: path)
    }
  }

  /// By its own detector, which trains a victim on the dataset; the score of each sample is told.
  @Test func theDetectorsScoresAreInTheTable() throws {
    var method = PDAutoR(
      recipe: RestorationRecipe(
        networks: .init(width: 4), batchSize: 16, epochs: 1, flips: false))
    method.detector = PDAutoRDetector(
      layer: "features", lossWeight: 1, lossEpochs: 3, expectedRate: 0.1)
    method.victim.plan = ClassifierPlan(width: 4, recipe: world.recipe(epochs: 4))
    let report = try world.job(method).run(output: path)
    // 1.5·0.1·n of each class, n = 64, 30, 33, 33.
    #expect(report.findings.flagged > 0 && report.findings.flagged <= 28)
    let rows = try CSVFile.read(path + "/purified.csv")
    #expect(rows.dropFirst().allSatisfy { Double($0[2]).map((0...1).contains) == true })
  }
}
