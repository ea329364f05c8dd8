import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct AccumulateCommandTests {
  private let folder: TemporaryFolder

  /// Two batches of shapes.
  init() throws {
    folder = try TemporaryFolder()
    for seed in [1, 2] {
      try Shapes(seed: UInt64(seed)).writeFolder(
        folder.path + "/batch\(seed)", training: 60, test: 10)
    }
  }

  private func adding(_ batch: String, to store: String) -> [String] {
    ["accumulate", store, "--add", batch, "--method", "random-noise", "--device", "cpu"]
  }

  private func contents(_ name: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let root = folder.path + "/" + name
    for file in try FileManager.default.subpathsOfDirectory(atPath: root)
    where Directory.kind(FileName(root + "/" + file)) == .file {
      files[file] = try RandomAccessFile.contents(root + "/" + file)
    }
    return files
  }

  @Test func addsListsExportsAndRemoves() throws {
    #expect(try CommandRun(adding("batch1", to: "s"), in: folder.path).exitCode == 0)
    let added = try CommandRun(adding("batch2", to: "s"), in: folder.path)
    #expect(added.output.contains("120 samples of 10 classes\nAdded to s as batch 2"))
    let again = try CommandRun(adding("batch2", to: "s"), in: folder.path)
    #expect(again.output == "s has this dataset already, as batch 2\n")
    let export = try CommandRun(["accumulate", "s", "--export", "out"], in: folder.path)
    #expect(export.output == "120 samples written to out\n")
    #expect(try ImageDataset.open(folder.path + "/out").count == 120)
    #expect(try CommandRun(["accumulate", "s", "--remove", "1"], in: folder.path).exitCode == 0)
    let list = try CommandRun(["accumulate", "s", "--list"], in: folder.path)
    #expect(list.output.contains("60 samples of 10 classes"))
    let wrong = try CommandRun(["accumulate", "s", "--remove", "1"], in: folder.path)
    #expect(wrong.errorLine == "error: --remove 1: the store has 2")
    let none = try CommandRun(["accumulate", "none", "--list"], in: folder.path)
    #expect(none.errorLine?.contains("there is no such file or folder") == true)
  }

  /// Killed at 20 random times, a command that is repeated ends with the same bytes, and whenever
  /// it is looked at the store is as before or as after.
  @Test func killsChangeNothing() throws {
    for store in ["calm", "killed"] {
      #expect(try CommandRun(adding("batch1", to: store), in: folder.path).exitCode == 0)
    }
    let before = try contents("killed")
    let start = ContinuousClock.now
    #expect(try CommandRun(adding("batch2", to: "calm"), in: folder.path).exitCode == 0)
    let duration = ContinuousClock.now - start
    let after = try contents("calm")
    #expect(try contents("killed") == before)
    for _ in 0..<20 {
      let limit = duration * Double.random(in: 0..<1)
      let start = ContinuousClock.now
      _ = try CommandRun.kill(adding("batch2", to: "killed"), in: folder.path) {
        ContinuousClock.now - start > limit
      }
      #expect(try CommandRun(["accumulate", "killed", "--list"], in: folder.path).exitCode == 0)
      let now = try contents("killed")
      #expect(now == before || now == after)
    }
    #expect(try CommandRun(adding("batch2", to: "killed"), in: folder.path).exitCode == 0)
    #expect(try contents("killed") == after)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == ["batch1", "batch2", "calm", "killed"])
  }
}
