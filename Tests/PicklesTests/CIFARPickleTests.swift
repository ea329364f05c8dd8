import Foundation
import Pickles
import Support
import TestSupport
import Testing

/// Batches of CIFAR: the published form and what else people write.
@Suite(.requiresFixtures)
struct CIFARPickleTests {
  static let datasets = Fixtures.shared.appendingPathComponent("formats/datasets")

  private func path(_ name: String) -> FileName {
    FileName(Self.datasets.appendingPathComponent(name).path)
  }

  @Test func publishedBatchIsRead() throws {
    let batch = try Pickle.read(path("cifar10-python/cifar-10-batches-py/data_batch_1"))
    #expect(batch["batch_label"]?.string == "training batch 1 of 5")
    #expect(batch["labels"]?.integers == [4, 7, 6, 9, 4, 1, 3, 4, 8, 3, 6, 1])
    #expect(batch["filenames"]?.elements?.last?.string == "automobile_s_000011.png")
    guard case .array(let data)? = batch["data"] else {
      Issue.record("no data")
      return
    }
    #expect(data.descriptor == "|u1")
    #expect(data.shape == [12, 3072])
    #expect(!data.isFortranOrder)
    // The last byte before the end of the array's state: `\xf3tb`.
    #expect(data.bytes.count == 36864)
  }

  /// As the published files were written, byte for byte.
  @Test(arguments: [
    "cifar10-python/cifar-10-batches-py/data_batch_1",
    "cifar10-python/cifar-10-batches-py/batches.meta",
    "cifar100-python/cifar-100-python/train", "cifar100-python/cifar-100-python/test",
    "cifar100-python/cifar-100-python/meta",
  ])
  func writingWhatWasReadGivesTheSameBytes(name: String) throws {
    let bytes = try RandomAccessFile.contents(path(name))
    #expect(PickleWriter.bytes(of: try Pickle.read(path(name))) == bytes)
  }

  struct Resaved: Decodable {
    struct File: Decodable {
      var file: String
      var labels: [Int]?
      var refuse: String?
    }
    var files: [File]
  }

  @Test func batchesThatPythonThreeSavedAgainAreRead() throws {
    let folder = Self.datasets.appendingPathComponent("cifar10-python-resaved")
    let resaved = try JSONDecoder().decode(
      Resaved.self, from: Data(contentsOf: folder.appendingPathComponent("expected.json")))
    var bytesBySize: [Int: [UInt8]] = [:]
    for file in resaved.files {
      let path = FileName(folder.appendingPathComponent(file.file).path)
      guard file.refuse == nil, !file.file.contains("dataframe") else {
        #expect(throws: PickleError.self) { try Pickle.read(path) }
        continue
      }
      let batch = try Pickle.read(path)
      #expect(batch["labels"]?.integers == file.labels, "\(file.file)")
      guard case .array(let data)? = batch["data"] else {
        Issue.record("\(file.file): no data")
        continue
      }
      // Of the same images: those of one layout are equal.
      if file.file.contains("nhwc") { continue }
      let known = bytesBySize[data.bytes.count] ?? data.rowMajorBytes
      bytesBySize[data.bytes.count] = known
      #expect(data.rowMajorBytes == known, "\(file.file)")
    }
    #expect(Set(bytesBySize.keys) == [6 * 3072, 4 * 6 * 3072])
  }

  @Test func objectsThatAreNoDataAreRefusedByName() throws {
    let path = path("cifar10-python-resaved/protocol4-dataframe")
    let error = #expect(throws: PickleError.self) { try Pickle.read(path) }
    #expect(error?.description.contains("it names pandas.") == true, "\(error!)")
  }
}
