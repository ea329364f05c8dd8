import Datasets
import Foundation
import TestSupport
import Testing

/// The real datasets beside the repository: `../shared/data`, or `$ELIXIR_SHARED/data`.
enum SharedData {
  static let path: String = {
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared").path
    return (ProcessInfo.processInfo.environment["ELIXIR_SHARED"] ?? beside) + "/data"
  }()
  static var isPresent: Bool { FileManager.default.fileExists(atPath: path) }
}

@Suite(.enabled(if: SharedData.isPresent, "../shared/data is absent"))
struct SharedDataTests {
  @Test func readsRealCIFAR() throws {
    let dataset = try ImageDataset.open(SharedData.path + "/cifar10-subset/data_batch_1.bin")
    #expect(dataset.count == 10_000)
    #expect(dataset.classNames[3] == "cat")
    let handle = try #require(FileHandle(forReadingAtPath: dataset.path))
    try handle.seek(toOffset: 9999 * 3073)
    let record = [UInt8](try #require(try handle.readToEnd()))
    #expect(dataset.labels[9999] == Int32(record[0]))
    let image = try dataset.image(9999)
    for channel in 0..<3 {
      #expect(image[4, 5, channel] == record[1 + channel * 1024 + 4 * 32 + 5])
    }
    #expect(try ImageDataset.open(SharedData.path + "/cifar10-subset").count == 20_000)
  }

  @Test func readsRealMNISTAndWritesItBack() throws {
    let dataset = try ImageDataset.open(SharedData.path + "/mnist/untrusted")
    #expect(dataset.count == 4000)
    #expect(dataset.shape == ImageShape(height: 28, width: 28, channels: 1))
    #expect(dataset.classCount == 10)
    let folder = try TemporaryFolder()
    try DatasetWriter(copying: dataset, to: folder.path + "/copy").commit()
    let copy = try ImageDataset.open(folder.path + "/copy")
    #expect(try copy.fingerprint() == dataset.fingerprint())
  }
}
