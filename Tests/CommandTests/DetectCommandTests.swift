import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct DetectCommandTests {
  /// A folder with 60 shapes as `clean`, 6 of them poisoned as `poisoned`, and `model.safetensors`.
  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 10)
    try Shapes(seed: 8).writeFolder(folder.path + "/small", training: 50, test: 10)
    let header: (UInt8) -> [UInt8] = { [0, 0, 8, $0, 0, 0, 0, 2] }
    try folder.write(
      header(3) + [0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 9, count: 128),
      to: "gray/a-images-idx3-ubyte")
    try folder.write(header(1) + [0, 1], to: "gray/a-labels-idx1-ubyte")
    let commands = [
      ["poison", "badnets", "clean", "--output", "poisoned"],
      [
        "train", "classifier", "clean", "--width", "4", "--epochs", "1", "--batch", "20",
        "--device", "cpu", "--output", "model.safetensors",
      ],
    ]
    for command in commands {
      let run = try CommandRun(command, in: folder.path)
      try #require(run.exitCode == 0, "\(run)")
    }
    return folder
  }

  @Test func listsReferenceSamples() throws {
    let folder = try Self.example()
    let dataset = try ImageDataset.open(folder.path + "/poisoned")
    func detect(_ arguments: String...) throws -> [Int] {
      let run = try CommandRun(
        ["detect"] + arguments
          + ["poisoned", "--force", "--output", "list.txt", "--device", "cpu"],
        in: folder.path)
      try #require(run.exitCode == 0, "\(run)")
      let list = try SampleIndexFile.read(folder.path + "/list.txt", for: dataset)
      #expect(run.output.contains("Listed \(list.count) of 60 samples"))
      if arguments.contains("--truth") { #expect(run.output.contains("Precision ")) }
      return list
    }
    let model = "model.safetensors"
    let confident = try detect(
      "knn-kappa", "--kappa", "2", "--features", model, "--k", "5", "--evidence",
      "v.csv")
    #expect(confident.count == 20)
    #expect(Set(confident.map { dataset.labels[$0] }).count == 10)
    let rows = try CSVFile.read(folder.path + "/v.csv")
    #expect(
      rows.count == 61
        && rows[0] == ["sample", "label", "agreeing", "plurality", "score", "listed"])
    #expect(rows.dropFirst().indices.filter { rows[$0][5] == "1" }.map { $0 - 1 } == confident)
    let agreeing = try detect(
      "knn", "--features", model, "--truth", "poisoned", "--evidence", "v.csv")
    let votes = try CSVFile.read(folder.path + "/v.csv").dropFirst()
    #expect(agreeing == votes.indices.filter { votes[$0][1] == votes[$0][3] }.map { $0 - 1 })
    let simulated = try detect(
      "simulated", "--truth", "poisoned/poison-manifest.json",
      "--simulated-precision", "0.9", "--simulated-recall", "0.5")
    #expect(simulated.count == 30)
  }

  private static let quick = ["--width", "4", "--epochs", "2", "--device", "cpu"]

  /// Scores, metrics and the curve of a detector with a victim, which is kept beside the list.
  @Test func scoresSamples() throws {
    let folder = try Self.example()
    let dataset = try ImageDataset.open(folder.path + "/poisoned")
    let run = try CommandRun(
      [
        "detect", "sf-least", "poisoned", "--per-class", "2", "--truth", "poisoned", "--scores",
        "s.csv", "--pr-curve", "curve.svg", "--output", "list.txt",
      ] + Self.quick, in: folder.path)
    try #require(run.exitCode == 0, "\(run)")
    for text in ["Listed 20 of 60", "Flagged ", "NCR ", "TPR ", "AUROC ", "suspicious"] {
      #expect(run.output.contains(text), "\(run.output)")
    }
    let list = try SampleIndexFile.read(folder.path + "/list.txt", for: dataset)
    let rows = try CSVFile.read(folder.path + "/s.csv")
    #expect(rows[0] == ["sample", "label", "projection", "score", "listed", "flagged"])
    #expect(rows.dropFirst().indices.filter { rows[$0][4] == "1" }.map { $0 - 1 } == list)
    #expect(try String(decoding: folder.read("curve.svg"), as: UTF8.self).hasPrefix("<svg"))
    let kept = try CommandRun(
      [
        "detect", "sf-least", "poisoned", "--per-class", "2", "--victim",
        "list.txt.run/victim.safetensors", "--output", "again.txt", "--device", "cpu",
      ], in: folder.path)
    try #require(kept.exitCode == 0, "\(kept)")
    #expect(try SampleIndexFile.read(folder.path + "/again.txt", for: dataset) == list)
    let record = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/again.txt.run")
    #expect(record.sorted() == ["run.json", "run.sqlite"])
  }

  /// One table, and a column for each detector; the same after being killed in the middle.
  @Test func allDetectorsVote() throws {
    let folder = try Self.example()
    func arguments(_ list: String) -> [String] {
      ["detect", "all", "poisoned", "--vote", "--scores", list + ".csv", "--output", list]
        + Self.quick
    }
    let started = folder.path + "/killed.partial/victim-losses.safetensors"
    #expect(
      try CommandRun.kill(arguments("killed"), in: folder.path) {
        FileManager.default.fileExists(atPath: started)
      })
    let whole = try CommandRun(arguments("whole"), in: folder.path)
    let resumed = try CommandRun(arguments("killed"), in: folder.path)
    try #require(whole.exitCode == 0 && resumed.exitCode == 0, "\(whole) \(resumed)")
    #expect(whole.output.contains("detector") && whole.output.contains("vote"))
    let table = try CSVFile.read(folder.path + "/whole.csv")
    for name in ["dcm", "sf-least", "votes", "score", "listed", "flagged"] {
      #expect(table[0].contains(name), "\(table[0])")
    }
    #expect(table.count == 61)
    #expect(try CSVFile.read(folder.path + "/killed.csv") == table)
    #expect(try folder.read("killed") == folder.read("whole"))
  }

  /// Arguments and what the single error line must say.
  @Test func failsWithOneLineAndWritesNothing() throws {
    let folder = try Self.example()
    let model = ["--features", "model.safetensors", "--device", "cpu"]
    let cases = [
      (["knn", "clean", "--k", "60"] + model, "60 neighbors: a sample has 59 others"),
      (["knn", "clean", "--k", "0"] + model, "0 neighbors: a sample has 59 others"),
      (
        ["knn-kappa", "clean", "--kappa", "7"] + model,
        "7 samples of each class: the class 'disc' has only 6"
      ),
      (["knn", "gray"] + model, "it is for images of 3 channels, those of gray are 8×8×1"),
      (["knn", "clean", "--features", "none"], "none: "),
      (
        ["dcm", "clean", "--per-class", "7"], "7 samples of each class: the class 'disc' has only 6"
      ),
      (
        ["sf-least", "gray", "--victim", "model.safetensors", "--device", "cpu"],
        "it takes 3 channels and knows 10 classes, the images have 1 and 2"
      ),
      (["knn", "nowhere"] + model, "nowhere: there is no such file"),
      (
        ["knn", "clean", "--truth", "clean"] + model,
        "clean/poison-manifest.json: there is no such file"
      ),
      (
        ["knn", "small", "--truth", "poisoned"] + model,
        "poisoned/poison-manifest.json: it is of 60 samples, but small has 50"
      ),
      (
        [
          "simulated", "poisoned", "--truth", "poisoned", "--simulated-precision",
          "0.5", "--simulated-recall", "1",
        ], "need 54 manipulated samples, but there are 6"
      ),
    ]
    let before = try folder.entries()
    for (arguments, message) in cases {
      let run = try CommandRun(["detect"] + arguments + ["--output", "list.txt"], in: folder.path)
      let line = try #require(run.errorLine, "\(arguments): \(run)")
      #expect(line.contains(message), "\(line)")
      #expect(try folder.entries() == before)
    }
    let foreign = try CommandRun(
      ["detect", "knn", "clean", "--force", "--output", "model.safetensors"] + model,
      in: folder.path)
    #expect(try #require(foreign.errorLine).contains("cannot be the output: it is read, too"))
  }

  @Test(arguments: [
    ["knn"], ["knn-kappa", "--features", "m"], ["unknown"],
    ["knn", "--features", "m", "--kappa", "3"], ["simulated"],
    ["knn", "--features", "m", "--simulated-recall", "1"],
    ["knn", "--features", "m", "--batch", "0"],
    ["dcm", "--per-class", "0"], ["dcm", "--pr-curve", "c.svg"], ["dcm", "--victim", "m"],
    ["all", "--batch", "0"],
    ["simulated", "--truth", "t", "--simulated-recall", "1"],
    ["simulated", "--simulated-precision", "1", "--simulated-recall", "1"],
    // Former spellings.
    ["--method", "unknown"], ["--method", "knn"], ["--method"],
  ])
  func usageErrorsSaySo(arguments: [String]) throws {
    let run = try CommandRun(["detect"] + arguments + ["clean", "--output", "list.txt"])
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("Error: "))
  }
}
