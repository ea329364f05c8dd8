import ComputeBackend
import Datasets
import Devices
import Foundation
import Models
import Runs
import TestSupport
import Testing
import Tracing

@Suite struct MarkJobTests {
  private let shape = Shapes.shape

  /// 40 shapes, four of each of ten classes.
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func job(
    _ dataset: ImageDataset, _ selection: MarkSelection, channels: Int = 3
  ) throws -> MarkJob {
    let shape = ImageShape(height: 32, width: 32, channels: channels)
    return try MarkJob(
      dataset: dataset,
      network: Small.network(classes: 10, shape: shape, on: try Devices.make("cpu")),
      selection: selection,
      recipe: MarkingRecipe(epsilon: 4, iterations: 3, learningRate: 30, seed: 2))
  }

  @Test func writesTheMarkedCopyAndItsManifest() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/marked"
    let job = try job(clean, MarkSelection(budget: 0.25, classes: [7, 2], seed: 9))
    var reports: [Double] = []
    let run = Run { event in
      if case .progress(let progress) = event { reports.append(progress.done) }
    }
    let written = try job.run(output: output, batchSize: 1, in: run)
    #expect(reports == [0, 1, 2] && run.timings.seconds.map(\.name) == ["marking"])
    let manifest = try MarkManifest.load(output)
    #expect(manifest == written)
    #expect(try MarkManifest.load(output + "/" + MarkManifest.fileName) == written)
    #expect(manifest.classes == [2, 7] && manifest.samples.map(\.label).sorted() == [2, 7])
    #expect(manifest.vectors == RadioactiveMarks(classCount: 10, featureCount: 16, seed: 2))
    let marked = try ImageDataset.open(output)
    #expect(marked.labels == clean.labels)
    for index in 0..<40 {
      let changes = zip(try marked.images([index]), try clean.images([index])).map {
        abs(Int($0) - Int($1))
      }
      let sample = manifest.samples.first { $0.index == index }
      #expect(sample.map { $0.name == marked.name(of: index) } ?? true)
      #expect((changes.max() ?? 0) <= 4)
      #expect(changes.contains { $0 > 0 } == (sample != nil), "\(index)")
    }
    let preview = try PNG.read(output + "/mark-preview.png")
    // Three columns and two rows of images, 3 pixels a pixel.
    #expect(preview.shape.height == 8 + 13 + 2 * (102 + 13 + 8))
    #expect(preview.shape.width == 8 + 3 * 110)

    let again = folder.path + "/again"
    try job.run(output: again)
    for file in ["data_batch_1.bin", MarkManifest.fileName, "mark-preview.png"] {
      #expect(try folder.read("marked/" + file) == folder.read("again/" + file))
    }
  }

  @Test func selectsAShareOfEachClass() throws {
    let labels = (0..<100).map { Int32($0 % 10 == 0 ? 1 : 0) }
    func chosen(_ selection: MarkSelection) throws -> [Int] {
      try selection.indices(labels: labels, classCount: 3)
    }
    let indices = try chosen(MarkSelection(budget: 0.2, seed: 1))
    #expect(indices.count == 20 && indices == indices.sorted() && Set(indices).count == 20)
    #expect(indices.count { labels[$0] == 1 } == 2)
    #expect(try chosen(MarkSelection(budget: 0.2, seed: 1)) == indices)
    #expect(try chosen(MarkSelection(budget: 0.2, seed: 2)) != indices)
    // What is chosen of a class does not depend on the other classes.
    #expect(
      try chosen(MarkSelection(budget: 0.2, classes: [1], seed: 1))
        == indices.filter { labels[$0] == 1 })
    let none = ParameterError(
      "budget", 0.04,
      "this selects none of the 10 images of class 1; choose a greater one, or other classes")
    #expect(throws: none) {
      try chosen(MarkSelection(budget: 0.04))
    }
    #expect(throws: ParameterError("classes", 3, "the dataset has the classes 0 to 2")) {
      try chosen(MarkSelection(classes: [0, 3]))
    }
    #expect(throws: ParameterError.self) { try chosen(MarkSelection(budget: 1.5)) }
  }

  @Test func refusesANetworkOfOtherChannels() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    #expect(throws: TracingError.channels(role: .marking, network: 1, images: 3)) {
      try job(clean, MarkSelection(budget: 0.5), channels: 1)
    }
    #expect(try folder.entries() == ["clean"])
  }

  /// Each change of a good manifest, and what the error says.
  @Test(arguments: [
    (#""version" : 2"#, #""version" : 3"#, "version 3 is not known"),
    (#""featureCount" : 16"#, #""featureCount" : 17"#, "contradict"),
    (#""count" : 40"#, #""count" : 2"#, "contradict"),
    (#""classCount" : 10"#, #""classCount" : 4611686018427387904"#, "contradict"),
    (#""marks" : ""#, #""marks" : "AAAA"#, "contradict"),
    (#""marks" : ""#, #""marks" : "!"#, "not a mark manifest"),
    (#""epsilon" : 4"#, #""epsilon" : 4.5"#, "not a mark manifest"),
  ])
  func refusesDamagedManifests(text: String, change: String, message: String) throws {
    let folder = try TemporaryFolder()
    try job(try source(folder), MarkSelection(budget: 0.25, classes: [1]))
      .run(output: folder.path + "/marked")
    let good = String(decoding: try folder.read("marked/" + MarkManifest.fileName), as: UTF8.self)
    #expect(good.contains(text))
    try folder.write(
      Array(good.replacingOccurrences(of: text, with: change).utf8), to: "bad.json")
    let error = #expect(throws: TracingError.self) {
      try MarkManifest.load(folder.path + "/bad.json")
    }
    #expect(try #require(error).description.contains(message), "\(String(describing: error))")
  }

  @Test func refusesMarksThatAreNotUnitVectors() throws {
    let folder = try TemporaryFolder()
    let manifest = try job(try source(folder), MarkSelection(budget: 0.25, classes: [1]))
      .run(output: folder.path + "/marked")
    let good = String(decoding: try folder.read("marked/" + MarkManifest.fileName), as: UTF8.self)
    let zeros = Data(count: manifest.marks.count).base64EncodedString()
    let bad = good.replacingOccurrences(of: manifest.marks.base64EncodedString(), with: zeros)
    try folder.write(Array(bad.utf8), to: MarkManifest.fileName)
    #expect(
      throws: TracingError.manifest(
        path: folder.path + "/mark-manifest.json", reason: "its marks are not unit vectors")
    ) { try MarkManifest.load(folder.path) }
    #expect(throws: TracingError.self) { try MarkManifest.load(folder.path + "/none") }
  }

  @Test func tracesWithTheSameNetworkOnly() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let manifest = try job(clean, MarkSelection(budget: 0.25, seed: 9))
      .run(output: folder.path + "/marked")
    let backend = try Devices.make("cpu")
    let network = Small.network(classes: 10, shape: shape, on: backend)
    let result = try RadioactiveTracer(manifest, markingNetwork: network, images: clean)
      .trace(network)
    #expect(result.classes.map(\.label) == Array(0..<10))
    let other = Small.network(seed: 4, classes: 10, shape: shape, on: backend)
    let error = #expect(throws: TracingError.self) {
      try RadioactiveTracer(manifest, markingNetwork: other, images: clean)
    }
    #expect(try #require(error).description.contains(manifest.markingNetwork))
    // The checksum of version 1 can be compared with nothing, but its marks are good.
    var old = manifest
    old.version = 1
    old.markingNetwork = "0123456789abcdef"
    #expect(!old.identifiesNetwork)
    let traced = try RadioactiveTracer(old, markingNetwork: network, images: clean).trace(network)
    #expect(traced.log10PValue == result.log10PValue)
  }
}
