import Datasets
import Foundation
import TestSupport
import Testing

/// `mark` and `trace`, with a network that was trained for a moment.
@Suite struct MarkCommandTests {
  /// Shapes as `clean`, digits of one channel as `gray`, and networks for both.
  private func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 40)
    let gray = RasterImage(shape: ImageShape(height: 8, width: 8, channels: 1), filledWith: 9)
    for name in ["gray/a/1.png", "gray/b/2.png"] {
      try folder.write([], to: name)
      try PNG.write(gray, to: folder.path + "/" + name)
    }
    for name in ["clean", "gray"] {
      let run = try CommandRun(
        [
          "train", "classifier", name, "--width", "4", "--epochs", "1", "--device", "cpu",
          "--output", "\(name).safetensors",
        ], in: folder.path)
      try #require(run.exitCode == 0, "\(run)")
    }
    return folder
  }

  private let marking = ["--marking-network", "clean.safetensors", "--device", "cpu"]

  @Test func marksAndTraces() throws {
    let folder = try example()
    let options = ["--budget", "0.5", "--epochs", "3", "--classes", "ring,4"]
    let mark = try CommandRun(
      ["mark", "clean", "--output", "out"] + options + marking, in: folder.path)
    #expect(mark.exitCode == 0, "\(mark)")
    #expect(mark.output.contains("Marked 4 of 40 images of clean, 2 of 10 classes"))
    #expect(
      try folder.entries("out") == [
        ".elixir-gpu", "batches.meta.txt", "data_batch_1.bin", "mark-manifest.json",
        "mark-preview.png", "test_batch.bin",
      ])
    #expect(try ImageDataset.open(folder.path + "/out").count == 40)

    let arguments = ["trace", "clean.safetensors", "--marks", "out"] + marking
    let trace = try CommandRun(
      arguments + ["--images", "clean", "--json", "trace.json"], in: folder.path)
    #expect(trace.exitCode == 0, "\(trace)")
    #expect(trace.output.contains("ring "))
    #expect(trace.output.contains("Aligned on 40 images: 16 features"))
    #expect(trace.output.contains("the model was trained on the marked images (p ≥ 0.05)"))
    let figures = try JSONSerialization.jsonObject(with: Data(try folder.read("trace.json")))
    let object = try #require(figures as? [String: Any])
    #expect((object["classes"] as? [Any])?.count == 2)
    #expect(try #require(object["pValue"] as? Double) >= 0.05)
  }

  @Test func failsWithOneLine() throws {
    let folder = try example()
    let before = try folder.entries()
    for (arguments, message) in [
      (["clean", "--budget", "0.1"], "this selects none of the 4 images of class 0"),
      (["gray"], "the marking network takes images of 3 channels, but the images have 1"),
      (["nowhere"], "nowhere: there is no such file or folder"),
    ] {
      let run = try CommandRun(["mark", "--output", "out"] + arguments + marking, in: folder.path)
      #expect(try #require(run.errorLine, "\(run)").contains(message))
    }
    #expect(try folder.entries() == before)

    let mark = ["mark", "clean", "--budget", "0.5", "--epochs", "1", "--output", "out"] + marking
    try #require(try CommandRun(mark, in: folder.path).exitCode == 0)
    let evaluate = try CommandRun(
      ["evaluate", "clean", "--poisoned", "out", "--test", "clean"], in: folder.path)
    let line = try #require(evaluate.errorLine, "\(evaluate)")
    #expect(line.hasSuffix("give it as --marking-network"))
    try folder.write(Array("{}".utf8), to: "bad.json")
    for (model, marks, network, message) in [
      ("gray", "out", "clean", "the traced model takes images of 1 channels"),
      ("clean", "out", "gray", "the marking network has the checksum"),
      ("clean", "bad.json", "clean", "bad.json: it is not a mark manifest"),
      ("clean", "gray", "clean", "gray/mark-manifest.json: it cannot be read"),
    ] {
      let run = try CommandRun(
        [
          "trace", "\(model).safetensors", "--marks", marks, "--device", "cpu", "--images", "clean",
          "--marking-network", "\(network).safetensors",
        ], in: folder.path)
      #expect(try #require(run.errorLine, "\(run)").contains(message))
    }
  }

  @Test(arguments: [
    ["--epsilon", "0"], ["--epsilon", "256"], ["--smallest-crop", "0"], ["--epochs", "0"],
    ["--learning-rate", "-1"], ["--image-penalty", "-1"],
  ])
  func usageErrorsSaySo(arguments: [String]) throws {
    let run = try CommandRun(
      ["mark", "clean", "--output", "out", "--marking-network", "none"] + arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.hasPrefix("Error: "))
  }
}
