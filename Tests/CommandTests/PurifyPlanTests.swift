import Datasets
import Foundation
import TestSupport
import Testing

/// How much of a purification is done: only a look ahead, a trial, a part.
@Suite struct PurifyPlanTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 5).writeFolder(folder.path + "/shapes", training: 80, test: 10)
  }

  private func purify(_ options: String...) throws -> CommandRun {
    try CommandRun(
      ["purify"] + options + ["shapes", "--output", "out", "--device", "cpu"], in: folder.path)
  }

  @Test func aDryRunSaysWhatARunWouldTake() throws {
    let run = try purify("dataelixir", "--dry-run")
    #expect(run.exitCode == 0)
    #expect(run.output.contains("shapes: 80 samples of 10 classes"))
    #expect(run.output.contains("\nExpected: about "))
    for method in ["random-noise", "friendly-noise"] {
      let noise = try purify(method, "--dry-run")
      #expect(noise.exitCode == 0 && noise.output.contains("\nExpected: about "), "\(noise)")
    }
    let wrong = try purify("dataelixir", "--dry-run", "--denoiser", "none")
    #expect(wrong.exitCode == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names == ["shapes"])
  }

  /// A name of one letter in the current folder, and a forecast for it.
  @Test func anOutputMayBeASingleLetter() throws {
    let run = try CommandRun(
      [
        "purify", "pd-autor", "shapes", "--width", "4", "--epochs", "10", "--classifier-batch",
        "16", "--device", "cpu", "--output", "o",
      ], in: folder.path)
    #expect(run.exitCode == 0, "\(run)")
    #expect(run.output.contains("Expected: about "))
  }

  @Test func aTrialHasFewSamples() throws {
    let run = try purify("random-noise", "--limit", "20")
    #expect(run.output.hasPrefix("A trial with 20 of 80 samples\n"))
    #expect(try ImageDataset.open(folder.path + "/out").count == 20)
    let page = String(decoding: try folder.read("out/report.html"), as: UTF8.self)
    #expect(page.contains("a trial: 60 more samples"))
    // What a review begins with finds the same samples.
    let applied = try CommandRun(["apply", "out", "--output", "final"], in: folder.path)
    #expect(applied.exitCode == 0, "\(applied)")
    #expect(try ImageDataset.open(folder.path + "/final").count == 20)
    #expect(try purify("random-noise", "--limit", "1").exitCode == 64)
  }

  @Test func aRunStopsWhenItsTimeIsOverAndGoesOn() throws {
    let options = ["pd-autor", "--width", "4", "--epochs", "10", "--classifier-batch", "16"]
    func purify(_ more: [String], _ output: String) throws -> CommandRun {
      try CommandRun(
        ["purify"] + options + ["shapes", "--output", output, "--device", "cpu"] + more,
        in: folder.path)
    }
    let stopped = try purify(["--time-budget", "0.0001"], "out")
    #expect(stopped.exitCode == 75)
    #expect(stopped.errors == "stopped: the time is over; the same command goes on from here\n")
    #expect(try purify([], "out").exitCode == 0)
    #expect(try purify([], "whole").exitCode == 0)
    let tables = try ["out", "whole"].map {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\($0)/purified.csv"))
    }
    #expect(tables[0] == tables[1])
  }
}
