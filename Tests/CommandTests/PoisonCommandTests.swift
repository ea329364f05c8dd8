import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct PoisonCommandTests {
  /// A folder with 40 shapes as `clean`, and some damaged datasets.
  private func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let batch = try folder.read("clean/data_batch_1.bin")
    try folder.write(Array(batch.dropLast(100)), to: "truncated/data_batch_1.bin")
    try folder.write([77] + batch.dropFirst(), to: "label/data_batch_1.bin")
    try folder.write([], to: "empty/data_batch_1.bin")
    try folder.write([UInt8](repeating: 7, count: 100), to: "corrupt/cat/a.png")
    let small = RasterImage(
      shape: ImageShape(height: 4, width: 4, channels: 3), filledWith: 9)
    let large = RasterImage(
      shape: ImageShape(height: 40, width: 40, channels: 3), filledWith: 9)
    try folder.write([], to: "sizes/cat/a.png")
    try PNG.write(small, to: folder.path + "/sizes/cat/a.png")
    try PNG.write(large, to: folder.path + "/sizes/cat/b.png")
    try PNG.write(large, to: folder.path + "/large.png")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/gap/ant", withIntermediateDirectories: true)
    for name in ["gap/bee/a.png", "gap/cat/a.png"] {
      try folder.write([], to: name)
      try PNG.write(small, to: folder.path + "/" + name)
    }
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5]
    try folder.write(header, to: "idx/train-images-idx3-ubyte")
    return folder
  }

  @Test func writesAPoisonedDataset() throws {
    let folder = try example()
    let run = try CommandRun(
      ["poison", "badnets", "clean", "--target", "ring", "--output", "out/deep"], in: folder.path)
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("Poisoned 4 of 40 images"))
    #expect(run.output.contains("target 1 (ring)"))
    let poisoned = try ImageDataset.open(folder.path + "/out/deep")
    #expect(poisoned.labels.count { $0 == 1 } == 8)
    #expect(
      try folder.entries("out/deep") == [
        ".elixir-gpu", "batches.meta.txt", "data_batch_1.bin", "poison-manifest.json",
        "poison-preview.png", "test_batch.bin", "trigger.png",
      ])
    let again = ["poison", "badnets", "clean", "--seed", "5", "--output", "out/deep"]
    let refused = try CommandRun(again, in: folder.path)
    #expect(
      refused.errorLine == "error: out/deep: the output exists already; "
        + "choose another; --force replaces it")
    #expect(try CommandRun(again + ["--force"], in: folder.path).exitCode == 0)
    #expect(try ImageDataset.open(folder.path + "/out/deep").labels.count { $0 == 0 } == 8)
  }

  @Test func severalTargetsShareThePoisonsOut() throws {
    let folder = try example()
    let run = try CommandRun(
      ["poison", "badnets", "clean", "--targets", "ring,3", "--rate", "0.15", "--output", "out"],
      in: folder.path)
    #expect(run.exitCode == 0, "\(run)")
    #expect(run.output.contains("Attack: badnets, several targets\nTarget 1 (ring): 3 images\n"))
    #expect(run.output.contains("Target 3 (triangle): 3 images"))
    let files = try folder.entries("out")
    #expect(files.contains("trigger.png") && files.contains("trigger-2.png"))
    let evaluate = try CommandRun(
      [
        "evaluate", "clean", "--poisoned", "out", "--test", "clean", "--epochs", "1", "--width",
        "4", "--device", "cpu",
      ], in: folder.path)
    #expect(evaluate.exitCode == 0, "\(evaluate)")
    #expect(evaluate.output.contains("true positive rate   100.00%"))
  }

  private static let matching = [
    "gradient-matching", "clean", "--device", "cpu", "--epochs", "1", "--width", "4",
    "--iterations", "2", "--restarts", "1", "--rate", "0.05",
  ]

  @Test func matchesGradientsAndEvaluates() throws {
    let folder = try example()
    let poison = try CommandRun(
      ["poison"] + Self.matching
        + ["--target", "ring", "--targets", "clean", "--target-image", "3", "--output", "out"],
      in: folder.path)
    #expect(poison.exitCode == 0, "\(poison)")
    #expect(poison.output.contains("Poisoned 2 of 40 images"))
    #expect(poison.output.contains("Attack: gradient-matching, one-image, target 1 (ring)"))
    #expect(poison.output.contains("Target image: 3 of clean, label 3 (triangle)"))
    #expect(
      try folder.entries("out") == [
        ".elixir-gpu", "batches.meta.txt", "data_batch_1.bin", "poison-manifest.json",
        "poison-preview.png", "surrogate.safetensors", "target.png", "test_batch.bin",
      ])
    let evaluate = try CommandRun(
      [
        "evaluate", "clean", "--poisoned", "out", "--test", "clean", "--trials", "2", "--epochs",
        "1", "--init", "out/surrogate.safetensors", "--device", "cpu", "--json", "figures.json",
      ], in: folder.path)
    #expect(evaluate.exitCode == 0, "\(evaluate)")
    #expect(evaluate.output.contains("poisoned images that changed  100.00%"))
    #expect(evaluate.output.contains("clean images that changed       0.00%"))
    #expect(evaluate.output.contains(" of 2 trials"))
    let figures = try JSONSerialization.jsonObject(with: Data(folder.read("figures.json")))
    #expect(((figures as? [String: Any])?["trials"] as? [Any])?.count == 2)
  }

  @Test(arguments: [
    ("lira", ["--model-width", "4"]), ("ssba", ["--bits", "4"]),
    ("input-aware", ["--model-width", "4", "--all-to-all"]),
  ])
  func learnsTriggersAndEvaluates(attack: String, options: [String]) throws {
    let folder = try example()
    let poison = try CommandRun(
      ["poison", attack, "clean", "--device", "cpu", "--epochs", "1", "--width", "4"] + options
        + ["--output", "out"], in: folder.path)
    #expect(poison.exitCode == 0, "\(poison)")
    #expect(poison.output.contains("Poisoned 4 of 40 images"))
    #expect(
      try folder.entries("out") == [
        ".elixir-gpu", "batches.meta.txt", "data_batch_1.bin", "poison-manifest.json",
        "poison-preview.png", "test_batch.bin", "trigger.png", "trigger.safetensors",
      ])
    #expect(try !folder.entries().contains("out.partial"))
    let evaluate = try CommandRun(
      [
        "evaluate", "clean", "--poisoned", "out", "--test", "clean", "--epochs", "1", "--width",
        "4", "--device", "cpu",
      ], in: folder.path)
    #expect(evaluate.exitCode == 0, "\(evaluate)")
    #expect(evaluate.output.contains("ASR") || evaluate.output.contains("success"))
  }

  /// Arguments and what the single error line must say.
  @Test(arguments: [
    (["badnets", "nowhere"], "nowhere: there is no such file or folder"),
    (["badnets", "truncated"], "truncated/data_batch_1.bin: 122820 bytes is no multiple"),
    (
      ["badnets", "label"],
      "label/data_batch_1.bin: record 0 has label 77, but there are 10 classes"
    ),
    (["badnets", "empty"], "empty: there are no images"),
    (["badnets", "corrupt"], "corrupt: there are no images; cat/a.png: it is no image of a kind"),
    (["badnets", "sizes"], "sizes: cat/b.png is 40×40, but cat/a.png is 4×4"),
    (
      ["badnets", "gap"],
      "--target 0: no image is of this class; choose one with images, such as bee"
    ),
    (["badnets", "idx/train"], "idx/train-images-idx3-ubyte: its labels are missing"),
    (["badnets", "clean", "--target", "10"], "--target 10: the dataset has the classes 0 to 9"),
    (
      ["badnets", "clean", "--rate", "0.95"],
      "--rate 0.95: this asks for 38 of 36 eligible samples"
    ),
    (
      ["badnets", "clean", "--rate", "1.5"],
      "--rate 1.5: the share of samples must lie between 0 and 1"
    ),
    (
      ["blended", "clean", "--alpha", "2"],
      "--alpha 2.0: the weight must lie above 0 and be at most 1"
    ),
    (
      ["badnets", "clean", "--pattern", "large.png"],
      "large.png: the patch is 40×40×3, but the images are"
    ),
    (["badnets", "clean", "--pattern", "none.png"], "none.png: there is no such file"),
    (
      matching + ["--targets", "clean", "--target-image", "0"],
      "--target 0: image 0 of clean has this label already"
    ),
    (
      matching + ["--targets", "clean", "--target-image", "10"],
      "--target-image 10: clean has the images 0 to 9"
    ),
    (
      matching + ["--trigger", "corner", "--source", "0"],
      "--source 0: this is the target; choose another class"
    ),
    (
      matching + ["--trigger", "corner", "--epsilon", "0"],
      "--epsilon 0: a byte moves by 1 to 255"
    ),
    (matching + ["--targets", "large"], "large: there is no such file"),
    (matching + ["--trigger", "random", "--surrogate", "large.png"], "large.png"),
    (["sig", "clean", "--rate", "0.2"], "this asks for 8 of 4 eligible samples"),
    (
      ["sig", "clean", "--rate-per-class", "0.1"],
      "--rate-per-class 0.1: this asks for 0 of 4 eligible samples"
    ),
    (
      ["targeted-flip", "clean", "--source", "1", "--target", "1"],
      "--source 1: this is the target; choose another class"
    ),
    (
      ["ftrojan", "clean", "--window", "7"],
      "--window 7: images of 32×32 cannot be cut into such windows"
    ),
    (
      ["trigger-file", "clean", "--trigger", "large.png"],
      "large.png: it is 40×40×3, but the images"
    ),
    (["trigger-file", "clean", "--trigger", "none.npy"], "none.npy: there is no such file"),
    (
      ["trigger-file", "clean", "--trigger", "clean/batches.meta.txt"],
      "clean/batches.meta.txt: it is not a PNG image"
    ),
    (
      ["adaptive-blend", "clean", "--rate", "0.1", "--cover-rate", "0.95"],
      "--cover-rate 0.95: this asks for 38 of 36 other samples"
    ),
    (
      ["badnets", "clean", "--targets", "3"],
      "--targets [3]: give at least two labels, all different"
    ),
    (
      ["blended", "clean", "--targets", "1,2", "--pattern", "large.png"],
      "--pattern large.png: one picture cannot stand for several targets"
    ),
  ])
  func failsWithOneLineAndWritesNothing(arguments: [String], message: String) throws {
    let folder = try example()
    let before = try folder.entries()
    let run = try CommandRun(
      ["poison"] + arguments + ["--output", "out"], in: folder.path)
    let line = try #require(run.errorLine, "\(run)")
    #expect(line.contains(message))
    #expect(run.output.isEmpty)
    #expect(try folder.entries() == before)
  }

  @Test func refusesToReplaceItsInputOrForeignFolders() throws {
    let folder = try example()
    for (output, message) in [
      ("clean", "contains the input"), ("clean/../clean/new", "lies in the input"),
      ("sizes", "not written by elixir"),
    ] {
      let run = try CommandRun(
        ["poison", "badnets", "clean", "--force", "--output", output], in: folder.path)
      #expect(try #require(run.errorLine).contains(message))
    }
    #expect(try folder.entries("sizes") == ["cat"])
    #expect(try !folder.entries("clean").contains("new"))
    #expect(try ImageDataset.open(folder.path + "/clean").count == 40)
  }

  @Test(arguments: [
    "badnets --alpha 0.3", "badnets --trigger corner", "badnets --epsilon 8",
    "badnets --amplitude 3", "badnets --attack blended", "badnets --target 1 --all-to-all",
    "badnets --target no-such-class", "badnets --rate", "blended --amplitude 3",
    "sig --pattern large.png", "sig --all-to-all", "gradient-matching",
    "gradient-matching --trigger corner --targets clean",
    "gradient-matching --targets clean --source 1",
    "gradient-matching --trigger corner --precision bf16",
    "badnets --rate 0.1 --rate-per-class 0.1",
    "badnets --targets 1,no-such-class", "badnets --targets 1,2 --target 3", "wanet --targets 1,2",
    "targeted-flip --source 1", "ftrojan --compat nothing",
    "trigger-file --trigger large.png --clean-label --all-to-all",
  ])
  func usageErrorsSaySo(arguments: String) throws {
    let folder = try example()
    let words = arguments.split(separator: " ").map(String.init)
    let run = try CommandRun(
      ["poison", words[0], "clean", "--output", "out"] + words.dropFirst(), in: folder.path)
    #expect(run.exitCode == 64)
    #expect(run.errors.hasPrefix("Error: "))
    #expect(try !folder.entries().contains("out"))
  }

  /// The spelling of one release ago gives the same files and words, and says what replaces it.
  @Test(arguments: [
    ("clean --target ring", "badnets clean --target ring", "poison"),
    ("--seed 3 clean --attack blended", "blended --seed 3 clean", "poison --attack blended"),
    ("clean --attack=sig --rate 0.05", "sig clean --rate 0.05", "poison --attack sig"),
  ])
  func theFormerSpellingStillWorks(before: String, now: String, named: String) throws {
    let folder = try example()
    func poison(_ arguments: String, to output: String) throws -> CommandRun {
      try CommandRun(
        ["poison"] + arguments.split(separator: " ").map(String.init) + ["--output", output],
        in: folder.path)
    }
    let (old, new) = (try poison(before, to: "old"), try poison(now, to: "new"))
    #expect(old.exitCode == 0 && new.exitCode == 0, "\(old) \(new)")
    #expect(old.output == new.output.replacingOccurrences(of: "to new", with: "to old"))
    #expect(new.errors.isEmpty)
    #expect(old.errors.hasPrefix("note: '\(named)' is spelled 'poison "))
    let files = try folder.entries("old")
    #expect(try files == folder.entries("new"))
    for file in files { #expect(try folder.read("old/" + file) == folder.read("new/" + file)) }
  }

  @Test func theFormerSpellingNamesNoOtherAttacks() throws {
    for end in [["--attack", "magic"], ["--attack"]] {
      let run = try CommandRun(["poison", "clean", "--output", "out"] + end)
      #expect(run.exitCode == 64 && run.errors.contains("use badnets, blended, sig"), "\(run)")
    }
  }
}
