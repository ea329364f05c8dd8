import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// `purify mendata` and its baselines as a user runs them, on a few generated images.
@Suite struct MendataCommandTests {
  private static let folder = Result { try example() }
  private let folder: TemporaryFolder

  init() throws { folder = try Self.folder.get() }

  /// 60 shapes as `clean`, poisoned ones as `poisoned`, and a classifier.
  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 20)
    for arguments in [
      [
        "train", "classifier", "clean", "--width", "4", "--epochs", "1", "--device", "cpu",
        "--output", "model.safetensors",
      ],
      ["poison", "badnets", "clean", "--rate", "0.1", "--output", "poisoned"],
    ] {
      let run = try CommandRun(arguments, in: folder.path)
      try #require(run.exitCode == 0, "\(run)")
    }
    return folder
  }

  private func mendata(_ output: String, _ rest: String...) -> [String] {
    [
      "purify", "mendata", "poisoned", "--features", "model.safetensors",
      "--reference", "simulated:1.0,0.3", "--truth", "poisoned", "--critic-batch", "16",
      "--critic-steps", "60", "--perturbation-rate", "0.05", "--output", output, "--device", "cpu",
    ] + rest
  }

  @Test func writesTheDatasetAndItsReport() throws {
    let run = try CommandRun(mendata("out", "--rounds", "3"), in: folder.path)
    #expect(run.exitCode == 0, "\(run)")
    #expect(
      run.output.contains("Reference: 16 images (simulated:1.0,0.3), 44 images are untrusted"))
    #expect(run.output.contains("Round 3: distance "))
    #expect(run.output.split(separator: "Expected: at most 2 rounds more in ").count == 2)
    #expect(run.output.contains("Written to out; see report.html there"))
    let (before, after) = (
      try ImageDataset.open(folder.path + "/poisoned"), try ImageDataset.open(folder.path + "/out")
    )
    #expect(after.labels == before.labels)
    let rows = try CSVFile.read(folder.path + "/out/purified.csv").dropFirst()
    let changed = rows.enumerated().filter { $0.element[3] != "0" }.map(\.offset)
    #expect(changed.count >= 2)
    for sample in 0..<60 {
      let isEqual = try before.images([sample]) == after.images([sample])
      #expect(isEqual == !changed.contains(sample), "sample \(sample)")
    }
  }

  @Test func aKilledRunEndsWithTheSameBytes() throws {
    let options = ["--rounds", "12", "--patience", "12"]
    #expect(try CommandRun(mendata("whole") + options, in: folder.path).exitCode == 0)
    let state = folder.path + "/killed.partial/critic-"
    let isKilled = try CommandRun.kill(mendata("killed") + options, in: folder.path) {
      (2...11).contains { FileManager.default.fileExists(atPath: state + "\($0).safetensors") }
    }
    #expect(isKilled && !FileManager.default.fileExists(atPath: folder.path + "/killed"))
    let run = try CommandRun(mendata("killed") + options, in: folder.path)
    #expect(run.exitCode == 0, "\(run)")
    #expect(run.output.contains("Resuming the unfinished run"))
    #expect(!run.output.contains("Round 1:"))
    for name in ["data_batch_1.bin", "purified.csv", "report.json", "rounds.svg"] {
      #expect(try folder.read("whole/" + name) == folder.read("killed/" + name), "\(name)")
    }
  }

  @Test func baselinesGoThroughTheSameCommand() throws {
    for (method, options) in [
      ("random-noise", ["--sigma", "4"]),
      ("friendly-noise", ["--alpha", "4", "--victim", "model.safetensors"]),
      ("reference-only", ["--reference", "knn:2", "--features", "model.safetensors"]),
    ] {
      let run = try CommandRun(
        ["purify", method, "poisoned", "--device", "cpu", "--output", method] + options,
        in: folder.path)
      #expect(run.exitCode == 0, "\(run)")
    }
    #expect(try ImageDataset.open(folder.path + "/reference-only").count == 20)
    #expect(try ImageDataset.open(folder.path + "/friendly-noise").count == 60)
  }

  /// The release before chose the method by an option.
  @Test func theFormerSpellingDoesTheSame() throws {
    let rest = ["--device", "cpu", "--sigma", "4", "--output"]
    let run = try CommandRun(
      ["purify", "poisoned", "--method", "random-noise"] + rest + ["former"], in: folder.path)
    #expect(run.exitCode == 0, "\(run)")
    #expect(run.errors.contains("is spelled 'purify random-noise' now"), "\(run.errors)")
    _ = try CommandRun(["purify", "random-noise", "poisoned"] + rest + ["today"], in: folder.path)
    #expect(
      try folder.read("former/data_batch_1.bin") == folder.read("today/data_batch_1.bin"))
  }

  /// What follows `purify`, and what the error must say.
  @Test(arguments: [
    (["mendata", "--features", "model.safetensors"], "needs --reference"),
    (["mendata", "--reference", "clean"], "needs --features"),
    (["mendata", "--reference", "knn:0"], "--reference knn:0"),
    (
      ["mendata", "--reference", "clean", "--features", "model.safetensors", "--share", "0"],
      "--share 0.0"
    ),
    (["reference-only", "--reference", "clean"], "samples of the dataset itself"),
    (["dataelixir", "--denoiser-minutes", "0"], "--denoiser-minutes 0"),
    (["random-noise", "--sigma", "-1"], "--sigma"),
    (["random-noise", "--alpha", "3"], "Unknown option '--alpha'"),
    (["mendata", "--reference", "none", "--features", "model.safetensors"], "none"),
  ])
  func badOptionsWriteNothing(arguments: [String], message: String) throws {
    let run = try CommandRun(
      ["purify"] + arguments + ["poisoned", "--output", "bad", "--device", "cpu"],
      in: folder.path)
    #expect(run.exitCode != 0)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(try folder.entries().filter { $0.hasPrefix("bad") }.isEmpty)
  }
}
