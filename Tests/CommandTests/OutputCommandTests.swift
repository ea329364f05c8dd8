import Datasets
import Foundation
import TestSupport
import Testing

/// What commands may replace, and who may write what at once.
@Suite struct OutputCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/data", training: 30, test: 10)
  }

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun(arguments, in: folder.path)
  }

  @Test func inputsAreNotReplaced() throws {
    let batch = "data/data_batch_1.bin"
    let before = try folder.read(batch)
    let train = try run(
      "train", "classifier", "data", "--width", "4", "--epochs", "1", "--device", "cpu", "--force",
      "--output", batch)
    #expect(train.errorLine?.contains("\(batch): cannot be the output: it is read, too") == true)
    let inside = try run(
      "train", "denoiser", "data", "--channels", "8", "--steps", "1", "--device", "cpu",
      "--output", "data/denoiser")
    #expect(inside.errorLine?.contains("it lies in the input") == true)
    let detect = try run(
      "detect", "knn", "data", "--features", "none", "--evidence", batch, "--output", "list.txt",
      "--device", "cpu")
    #expect(detect.errorLine?.contains("it is read, too") == true)
    try folder.write(Array("a thesis".utf8), to: "thesis.txt")
    let other = try run(
      "detect", "knn", "data", "--features", "none", "--evidence", "thesis.txt", "--output",
      "list.txt", "--device", "cpu")
    #expect(other.errorLine?.contains("it is not a table of scores") == true)
    #expect(try folder.read(batch) == before)
    #expect(try folder.entries() == ["data", "thesis.txt"])
  }

  @Test func oneProcessWritesAnOutput() throws {
    let arguments = [
      "train", "denoiser", "data", "--channels", "8", "--steps", "100000", "--batch", "8",
      "--device", "cpu", "--output", "model",
    ]
    let lock = folder.path + "/.model.lock"
    let first = try CommandRun(arguments, in: folder.path) { process in
      while process.isRunning && !FileManager.default.fileExists(atPath: lock) { usleep(1000) }
      let second = try CommandRun(arguments, in: folder.path)
      #expect(second.errorLine?.contains("another process is writing it") == true, "\(second)")
      kill(process.processIdentifier, SIGTERM)
    }
    #expect(first.exitCode == 143 || first.exitCode == SIGTERM)
    // What a killed one leaves is in nobody's way.
    try folder.write([], to: ".model.lock")
    let third = try run(
      "train", "denoiser", "data", "--channels", "8", "--steps", "1", "--batch", "8", "--device",
      "cpu", "--force", "--output", "model")
    #expect(third.exitCode == 0, "\(third)")
    #expect(!FileManager.default.fileExists(atPath: lock))
  }
}
