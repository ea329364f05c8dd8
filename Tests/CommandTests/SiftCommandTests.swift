import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct SiftCommandTests {
  /// 60 shapes as `clean`, 6 of them poisoned as `poisoned`.
  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 10)
    let run = try CommandRun(
      ["poison", "badnets", "clean", "--output", "poisoned"], in: folder.path)
    try #require(run.exitCode == 0, "\(run)")
    return folder
  }

  private static let options = [
    "--width", "4", "--sifters", "2", "--device", "cpu", "--output", "clean.txt",
  ]

  @Test func listsCleanSamples() throws {
    let folder = try Self.example()
    let run = try CommandRun(
      ["sift", "poisoned", "--per-class", "2", "--truth", "poisoned", "--weights", "w.csv"]
        + ["--report", "sift.html", "--subset", "subset"] + Self.options, in: folder.path)
    try #require(run.exitCode == 0, "\(run)")
    let dataset = try ImageDataset.open(folder.path + "/poisoned")
    let list = try SampleIndexFile.read(folder.path + "/clean.txt", for: dataset)
    #expect(list.count == 20)
    for text in [
      "Listed 20 of 60 samples", "Meta-Sift: samples 20, shared 100.0 %", "lowest loss: ",
      "random: ", "NCR ", "Kendall's tau", "Written to subset",
    ] { #expect(run.output.contains(text), "\(text): \(run.output)") }
    #expect(try CSVFile.read(folder.path + "/w.csv").count == 61)
    #expect(try ImageDataset.open(folder.path + "/subset").count == 20)
  }

  /// Killed in the middle, the same command ends with the same bytes as one that was not.
  @Test func goesOnAfterBeingKilled() throws {
    let folder = try Self.example()
    let arguments = ["sift", "poisoned", "--total", "30", "--weights", "w.csv"] + Self.options
    let isKilled = try CommandRun.kill(arguments, in: folder.path) {
      FileManager.default.fileExists(
        atPath: folder.path + "/clean.txt.partial/sifter-1.safetensors")
    }
    #expect(isKilled)
    let resumed = try CommandRun(arguments, in: folder.path)
    try #require(resumed.exitCode == 0, "\(resumed)")
    #expect(resumed.output.contains("Resuming the unfinished run in "))
    let (list, table) = (try folder.read("clean.txt"), try folder.read("w.csv"))
    let whole = try CommandRun(arguments + ["--force"], in: folder.path)
    try #require(whole.exitCode == 0, "\(whole)")
    #expect(try folder.read("clean.txt") == list && folder.read("w.csv") == table)
  }

  @Test func failsWithOneLine() throws {
    let folder = try Self.example()
    for (index, label) in [("a", 0), ("b", 0), ("c", 1)].enumerated() {
      try folder.write(
        [UInt8](
          try PNG.encode(
            RasterImage(
              shape: ImageShape(height: 8, width: 8, channels: 1), filledWith: UInt8(40 * index)))),
        to: "few/class\(label.1)/\(label.0).png")
      try folder.write(
        [UInt8](
          try PNG.encode(
            RasterImage(
              shape: ImageShape(height: 8, width: 8, channels: 1), filledWith: UInt8(40 * index)))),
        to: "one/class/\(label.0).png")
    }
    let cases = [
      (["clean", "--per-class", "7"], "7 samples of each class: the class 'disc' has only 6"),
      (["clean", "--total", "61"], "61 samples of 60 cannot be chosen"),
      (["clean", "--total", "5"], "5 samples shared out by size leave none to the class"),
      (["few"], "the class 'class1' has one image"),
      (["one"], "all images have one label"),
      (["nowhere"], "nowhere: there is no such file"),
      (["clean", "--truth", "clean"], "clean/poison-manifest.json: there is no such file"),
      (["clean", "--learning-rate", "1e9"], "the loss became NaN or infinite"),
    ]
    for (arguments, message) in cases {
      let run = try CommandRun(["sift"] + arguments + Self.options, in: folder.path)
      let line = try #require(run.errorLine, "\(arguments): \(run)")
      #expect(line.contains(message), "\(line)")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/clean.txt"))
    }
  }

  @Test(arguments: [
    ["--per-class", "2", "--total", "20"], ["--per-class", "0"], ["--sifters", "0"],
    ["--width", "0"], ["--learning-rate", "0"], ["--epochs", "0"], ["--architecture", "vgg"],
  ])
  func usageErrorsSaySo(arguments: [String]) throws {
    let run = try CommandRun(["sift", "clean"] + Self.options + arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("Error: "))
  }
}
