import Datasets
import Foundation
import TestSupport
import Testing

/// `purify --shard` and `merge` as a user or a Slurm array runs them.
@Suite struct ShardCommandTests {
  private static let folder = Result { try example() }
  private let folder: TemporaryFolder

  init() throws { folder = try Self.folder.get() }

  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 10)
    let training = try CommandRun(
      [
        "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--device", "cpu",
        "--output", "model", "--steps", "3",
      ], in: folder.path)
    try #require(training.exitCode == 0, "\(training)")
    return folder
  }

  private func purify(_ output: String, _ rest: String...) -> [String] {
    [
      "purify", "clean", "--denoiser", "model", "--output", output, "--device", "cpu",
      "--epochs", "1", "--width", "4", "--rounds", "2", "--sampler-steps", "4",
    ] + rest
  }

  private func task(_ number: Int, of range: ClosedRange<Int>, step: Int = 1) -> [String: String] {
    [
      "SLURM_ARRAY_TASK_ID": "\(number)", "SLURM_ARRAY_TASK_MIN": "\(range.lowerBound)",
      "SLURM_ARRAY_TASK_MAX": "\(range.upperBound)", "SLURM_ARRAY_TASK_STEP": "\(step)",
      "SLURM_ARRAY_TASK_COUNT": "\((range.upperBound - range.lowerBound) / step + 1)",
    ]
  }

  @Test func shardsOfAnArrayAreMergedToTheBytesOfOneRun() throws {
    let whole = try CommandRun(purify("whole"), in: folder.path)
    #expect(whole.exitCode == 3)
    // A task is killed among its candidates, and goes on when it is started again.
    let last = purify("merged", "--batch", "2", "--shard", "3/3")
    let journal = folder.path + "/merged.parts/shard-3-of-3.partial/candidates.journal"
    #expect(
      try CommandRun.kill(last, in: folder.path) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: journal)
        return (attributes?[.size] as? Int ?? 0) > 200
      })
    for number in 0...2 {
      let run = try CommandRun(
        purify("merged", "--shard", "auto"), in: folder.path, environment: task(number, of: 0...2))
      #expect(run.exitCode == 0, "\(run)")
      #expect(run.output.contains("Shard \(number + 1)/3 is complete in "))
      #expect(run.output.contains("Resuming the unfinished run") == (number == 2))
      #expect(run.output.contains("elixir-gpu merge merged") == (number == 2))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/merged"))
    // From another folder.
    let merge = try CommandRun(["merge", folder.path + "/merged"])
    #expect(merge.exitCode == 3, "\(merge)")
    for name in ["data_batch_1.bin", "purified.csv", "report.json", "victim.safetensors"] {
      #expect(try folder.read("whole/" + name) == folder.read("merged/" + name), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/merged.parts"))
  }

  @Test func arraysInStepsAndWithGaps() throws {
    let stepped = try CommandRun(
      purify("stepped", "--shard", "auto"), in: folder.path,
      environment: task(20, of: 10...30, step: 10))
    #expect(stepped.output.contains("Shard 2/3 is complete in "), "\(stepped)")
    #expect(stepped.output.contains("2 of 3 shards are not there yet"))
    var gaps = task(2, of: 1...7)
    gaps["SLURM_ARRAY_TASK_COUNT"] = "3"
    let refused = try CommandRun(
      purify("gaps", "--shard", "auto"), in: folder.path, environment: gaps)
    #expect(refused.errorLine?.contains("not in equal steps") == true, "\(refused)")
    // A task that is started alone calls itself the only one.
    let alone = try CommandRun(
      purify("stepped", "--shard", "auto"), in: folder.path, environment: task(30, of: 30...30))
    #expect(alone.errorLine?.contains("holds shards of 1 and of 3") == true, "\(alone)")
  }

  /// Arguments, and what the single line of the error says.
  @Test(arguments: [
    (["purify", "clean", "--denoiser", "model", "--shard", "auto"], "SLURM_ARRAY_TASK_ID is not"),
    (["purify", "clean", "--denoiser", "model", "--shard", "4/3"], "--shard 4/3: use 1/N to N/N"),
    (["purify", "clean", "--shard", "1/3"], "shards need a denoiser"),
    (["merge"], "no shard of a run is complete there"),
  ])
  func refusals(arguments: [String], message: String) throws {
    let output = arguments == ["merge"] ? ["none"] : ["--output", "none", "--device", "cpu"]
    let run = try CommandRun(arguments + output, in: folder.path)
    #expect(run.errorLine?.contains(message) == true, "\(run)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
  }
}
