import Accumulation
import Datasets
import Devices
import Foundation
import Purification
import Runs
import Support
import TestSupport
import Testing

@Suite struct AccumulationTests {
  private let folder: TemporaryFolder
  private var store: String { folder.path + "/store" }

  init() throws { folder = try TemporaryFolder() }

  /// Ten gray images of two classes, as files or as one file a class.
  private func batch(_ number: UInt8) throws -> ImageDataset {
    let path = folder.path + "/batch\(number)"
    for index in 0..<10 {
      let name = "\(path)/\(index % 2 == 0 ? "even" : "odd")/\(index).png"
      try Directory.make(FileName(name).parent)
      let shape = ImageShape(height: 4, width: 4, channels: 1)
      let pixels = (0..<16).map { UInt8($0 * 7 + index) &+ 40 &+ number }
      try PNG.write(RasterImage(shape: shape, pixels: pixels), to: name)
    }
    let names = try AccumulationStore.classNames(of: store)
    return try ImageDataset.open(path, classNames: names)
  }

  private func job(
    _ number: UInt8, deviation: Float = 9
  ) throws -> AccumulationJob<RandomNoise> {
    AccumulationJob(
      adding: try batch(number), to: store, purifier: RandomNoise(deviation: deviation, seed: 4),
      on: try Devices.make("cpu"))
  }

  /// All files of the store with their bytes.
  private func contents(_ path: String? = nil) throws -> [String: [UInt8]] {
    let root = path ?? store
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
      let file = root + "/" + name
      guard Directory.kind(FileName(file)) == .file else { continue }
      files[name] = try RandomAccessFile.contents(file)
    }
    return files
  }

  @Test func onlyNewSamplesChange() throws {
    let first = try job(1).run()
    #expect(first.number == 1 && !first.wasThere)
    let before = try contents()
    let second = try job(2).run()
    #expect(second.number == 2 && second.store.kept.count == 20)
    let after = try contents()
    for (name, bytes) in before where name.hasPrefix("images/") { #expect(after[name] == bytes) }
    let samples = second.store.samples
    #expect(samples.map(\.batch) == [Int](repeating: 1, count: 10) + [Int](repeating: 2, count: 10))
    #expect(samples.map(\.source).prefix(10).elementsEqual(samples.map(\.source).suffix(10)))
    #expect(samples.allSatisfy { $0.fate == "image" && $0.oldLabel == $0.newLabel })
    #expect(second.store.index.batches.map(\.changed) == [10, 10])
    // The dataset is what the table says, with the noise of the seed on each image.
    let dataset = try AccumulationStore.open(store).dataset()
    #expect(dataset.count == 20 && dataset.classNames == ["even", "odd"])
    #expect(Directory.kind(FileName(store + ".adding")) == nil)
  }

  @Test func aDatasetIsAddedOnce() throws {
    _ = try job(1).run()
    let before = try contents()
    let again = try job(1).run()
    #expect(again.wasThere && again.number == 1)
    #expect(try contents() == before)
  }

  @Test func batchesAreTakenOut() throws {
    _ = try job(1).run()
    let one = try contents()
    _ = try job(2).run()
    let rest = try AccumulationStore.open(store).removing(batch: 2)
    #expect(rest.kept.count == 10)
    var after = try contents()
    // Their numbers are not used again.
    #expect(after["store.json"] != one["store.json"])
    after["store.json"] = one["store.json"]
    #expect(after == one)
    #expect(try job(3).run().number == 3)
    #expect(throws: ParameterError.self) {
      try AccumulationStore.open(store).removing(batch: 2)
    }
  }

  @Test func exportIsADatasetWithItsTable() throws {
    _ = try job(1).run()
    let output = folder.path + "/out"
    try AccumulationStore.open(store).export(to: output)
    let dataset = try ImageDataset.open(output)
    #expect(dataset.count == 10)
    #expect(try CSVFile.read(output + "/provenance.csv").count == 11)
    #expect(throws: FileError.outputExists(path: output)) {
      try AccumulationStore.open(store).export(to: output)
    }
  }

  /// The images of the store in the order of its dataset, whatever the layout.
  @Test func exportsInOtherLayouts() throws {
    _ = try job(1).run()
    let store = try AccumulationStore.open(store)
    let dataset = try store.dataset()
    let path = folder.path + "/idx"
    try store.export(to: path, layout: .idx)
    let idx = try ImageDataset.open(path)
    #expect(idx.format.rawValue == "IDX" && idx.labels == dataset.labels)
    #expect(try idx.images(0..<10) == dataset.images(0..<10))
    #expect(throws: ParameterError.self) { try store.export(to: path + "2", layout: .cifar) }
    #expect(Directory.kind(FileName(path + "2")) == nil)
  }

  @Test func exportsAsCIFAR() throws {
    let names = folder.path + "/colors"
    try Shapes(seed: 2).writeFolder(names, training: 20, test: 10)
    let colors = try ImageDataset.open(names)
    _ = try AccumulationJob(
      adding: colors, to: store, purifier: RandomNoise(deviation: 1, seed: 1),
      on: try Devices.make("cpu")
    ).run()
    let dataset = try AccumulationStore.open(store).dataset()
    let path = folder.path + "/cifar"
    try AccumulationStore.open(store).export(to: path, layout: .cifar)
    let exported = try ImageDataset.open(path)
    #expect(exported.labels == dataset.labels && exported.classNames == dataset.classNames)
    #expect(try exported.images(0..<20) == dataset.images(0..<20))
  }

  /// A run that ends at each of its events leaves the store as it was, and goes on to the same
  /// bytes.
  @Test func interruptionsChangeNothing() throws {
    struct Stop: Error {}
    _ = try job(1).run()
    let before = try contents()
    _ = try job(2).run()
    let after = try contents()
    try FileManager.default.removeItem(atPath: store)
    _ = try job(1).run()
    var (isDone, stops) = (false, 0)
    while !isDone {
      var job = try job(2)
      var rest = stops
      job.handler = { _ in
        rest -= 1
        if rest < 0 { throw Stop() }
      }
      do {
        _ = try job.run()
        isDone = true
      } catch is Stop {
        stops += 1
        #expect(try contents() == before)
      }
    }
    #expect(stops > 0)
    #expect(try contents() == after)
  }

  @Test func otherDatasetsAreRefused() throws {
    _ = try job(1).run()
    let path = folder.path + "/other"
    try Shapes(seed: 2).writeFolder(path, training: 20, test: 10)
    let other = try ImageDataset.open(path)
    #expect(throws: (any Error).self) {
      try AccumulationJob(
        adding: other, to: store, purifier: RandomNoise(deviation: 1, seed: 1),
        on: try Devices.make("cpu")
      ).run()
    }
    #expect(throws: FileError.notFound(path: path + "/none")) {
      try AccumulationStore.open(path + "/none")
    }
    // Neither another folder nor a damaged store is taken for one.
    #expect(throws: FileError.self) { try AccumulationStore.open(path) }
    try TextFile.write("{}", to: store + "/store.json")
    #expect(throws: FileError.self) { try AccumulationStore.open(store) }
    #expect(throws: FileError.self) { try job(2).run() }
  }
}
