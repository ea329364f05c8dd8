import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// `train denoiser` and `purify` as a user runs them, on a few generated images.
@Suite struct PurifyCommandTests {
  private static let folder = Result { try example() }
  private let folder: TemporaryFolder

  init() throws { folder = try Self.folder.get() }

  /// 60 shapes as `clean`, a denoiser as `model`, and inputs that do not suit.
  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 10)
    try training(folder, "model", "--steps", "3")
    let batch = try folder.read("clean/data_batch_1.bin")
    var oneClass = Array(batch.prefix(20 * 3073))
    for image in 0..<20 { oneClass[image * 3073] = 3 }
    try folder.write(oneClass, to: "one/data_batch_1.bin")
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]
    try folder.write(
      header + [UInt8](repeating: 9, count: 2 * 784), to: "digits/a-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 0, 1], to: "digits/a-labels-idx1-ubyte")
    for name in ["config.json", "scheduler_config.json"] {
      try folder.write(try folder.read("model/" + name), to: "nan/" + name)
    }
    var weights = try folder.read("model/diffusion_pytorch_model.safetensors")
    weights.replaceSubrange(weights.count - 4..<weights.count, with: [0, 0, 0xC0, 0x7F])
    try folder.write(weights, to: "nan/diffusion_pytorch_model.safetensors")
    return folder
  }

  private static func training(
    _ folder: TemporaryFolder, _ output: String, _ rest: String...
  ) throws {
    let run = try CommandRun(
      [
        "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--device", "cpu",
        "--output", output,
      ] + rest, in: folder.path)
    try #require(run.exitCode == 0, "\(run)")
  }

  private func arguments(_ output: String, _ rest: String...) -> [String] {
    [
      "purify", "clean", "--denoiser", "model", "--output", output, "--device", "cpu",
      "--epochs", "1", "--width", "4", "--rounds", "2", "--sampler-steps", "4",
    ] + rest
  }

  @Test func writesTheDatasetAndItsReport() throws {
    let run = try CommandRun(arguments("out"), in: folder.path)
    // The victim knows nothing after one epoch: the output is the input, and the last line says
    // why.
    #expect(run.exitCode == 3)
    let last = run.output.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("Result unsure: the victim model gives only "), "\(last)")
    #expect(try folder.read("out/data_batch_1.bin") == folder.read("clean/data_batch_1.bin"))
    #expect(run.output.contains("Noise: "))
    #expect(run.output.contains("Share that keeps its label after 60 samples"))
    #expect(run.output.contains("Written to out; see report.html there"))
    let purified = try ImageDataset.open(folder.path + "/out")
    #expect(purified.count == 60)
    #expect(try CSVFile.read(folder.path + "/out/purified.csv").count == 61)
    let report = try JSONSerialization.jsonObject(with: Data(folder.read("out/report.json")))
    #expect((report as? [String: Any])?["targets"] as? [Int] == [])
    #expect((report as? [String: Any])?["outcome"] as? String == "unsure")
    #expect(
      try CommandRun(arguments("out"), in: folder.path).errorLine?.contains("--force") == true)
  }

  @Test func aForcedVerdictIsNoFailure() throws {
    let run = try CommandRun(arguments("forced", "--force-verdict"), in: folder.path)
    #expect(run.exitCode == 0)
    #expect(run.output.contains("Result unsure: "))
  }

  @Test func thePapersRulesStay() throws {
    let run = try CommandRun(arguments("paper", "--compat", "paper"), in: folder.path)
    #expect(run.exitCode == 0)
    // The user is told before he waits.
    #expect(run.errors.contains("warning: only "))
    #expect(!run.output.contains("Noise: "))
    #expect(run.output.contains("class  anomalous  by count  score   index"))
  }

  @Test func aKilledRunEndsWithTheSameBytes() throws {
    #expect(try CommandRun(arguments("whole"), in: folder.path).exitCode == 3)
    let partial = folder.path + "/killed.partial/"
    func size(_ name: String) -> Int {
      (try? FileManager.default.attributesOfItem(atPath: partial + name)[.size] as? Int) ?? 0
    }
    let slow = arguments("killed", "--batch", "2")
    #expect(
      try CommandRun.kill(slow, in: folder.path) {
        size("victim-state.safetensors") > 0
          || size("victim.safetensors") > 0
      })
    // A batch of 2 samples takes at least 76 bytes of the journal.
    #expect(try CommandRun.kill(slow, in: folder.path) { size("candidates.journal") > 700 })
    #expect(size("candidates.journal") > 700)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/killed"))
    let run = try CommandRun(slow, in: folder.path)
    #expect(run.exitCode == 3)
    #expect(run.output.contains("Resuming the unfinished run"))
    #expect(!FileManager.default.fileExists(atPath: partial))
    for name in ["data_batch_1.bin", "purified.csv", "report.json", "victim.safetensors"] {
      #expect(try folder.read("whole/" + name) == folder.read("killed/" + name), "\(name)")
    }
  }

  @Test func aTrainingKilledBeforeItsFirstStateLeavesNothingInTheWay() throws {
    let rest = ["--steps", "4000", "--resume"]
    let arguments =
      ["train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--output", "long"] + rest
    // The first state is saved after two minutes, so --resume begins anew here; going on from a
    // state is tested in DenoiserTrainerTests.
    #expect(try CommandRun.kill(arguments, in: folder.path) { exists("long") })
    try Self.training(folder, "long", "--steps", "5", "--resume")
    try Self.training(folder, "short", "--steps", "5")
    let name = "/diffusion_pytorch_model.safetensors"
    #expect(try folder.read("long" + name) == folder.read("short" + name))
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path + "/" + name)
  }

  /// What replaces the arguments before, and what the single error line must say.
  @Test(arguments: [
    (["purify", "one"], "one: all images have the label '3'"),
    (["purify", "digits/a"], "model: it is for images of 32×32×3, those of digits/a are 28×28×1"),
    (["purify", "clean", "--denoiser", "nan"], "has NaN or infinity at element"),
    (["purify", "clean", "--denoiser", "none"], "none: there is no such file or folder"),
    (["purify", "clean", "--noise-steps", "501"], "trained for time steps below 500"),
    (["purify", "clean", "--victim", "model/config.json"], "config.json: no weight_map"),
    (["purify", "clean", "--device", "opencl:99"], "no device 'opencl:99'"),
  ])
  func failsWithOneLineAndWritesNothing(arguments: [String], message: String) throws {
    let before = try folder.entries()
    var all = arguments + ["--output", "bad"]
    if !arguments.contains("--denoiser") { all += ["--denoiser", "model"] }
    if !arguments.contains("--device") { all += ["--device", "cpu"] }
    let run = try CommandRun(all, in: folder.path)
    let line = try #require(run.errorLine, "\(run)")
    #expect(line.contains(message), "\(line)")
    #expect(try folder.entries().filter { $0.hasPrefix("bad") } == before.filter { $0 == "bad" })
  }
}
