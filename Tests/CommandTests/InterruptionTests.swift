import Datasets
import Foundation
import TestSupport
import Testing

/// SIGINT and SIGTERM end commands after their batch, and the next one goes on.
@Suite struct InterruptionTests {
  /// Runs a command that gets a signal once `condition` holds.
  private func run(
    _ arguments: [String], in folder: TemporaryFolder, _ signal: Int32, when condition: () -> Bool
  ) throws -> CommandRun {
    try CommandRun(arguments, in: folder.path) { process in
      while process.isRunning && !condition() { usleep(1000) }
      kill(process.processIdentifier, signal)
    }
  }

  private func exists(_ name: String, in folder: TemporaryFolder) -> Bool {
    FileManager.default.fileExists(atPath: folder.path + "/" + name)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func trainingsAndPurificationsGoOn(_ signal: Int32) throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 10)
    let training = [
      "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--steps", "150",
      "--device", "cpu", "--output",
    ]
    // The folder is made before the first step.
    let stopped = try run(training + ["parts"], in: folder, signal) { exists("parts", in: folder) }
    #expect(stopped.exitCode == 128 + signal, "\(stopped)")
    let lines = stopped.errors.split(separator: "\n")
    #expect(lines.contains("stopping after this batch; once more stops at once"))
    #expect(lines.last == "stopped: the same command with --resume goes on from here")
    #expect(exists("parts/training-state.safetensors", in: folder))
    #expect(try CommandRun(training + ["parts", "--resume"], in: folder.path).exitCode == 0)
    #expect(try CommandRun(training + ["whole"], in: folder.path).exitCode == 0)
    let weights = "diffusion_pytorch_model.safetensors"
    #expect(try folder.read("parts/" + weights).elementsEqual(folder.read("whole/" + weights)))

    let purification = [
      "purify", "dataelixir", "clean", "--denoiser", "whole", "--device", "cpu", "--epochs", "1",
      "--width", "4", "--rounds", "2", "--sampler-steps", "4", "--noise-steps", "20", "--batch",
      "2", "--output",
    ]
    let half = try run(purification + ["half"], in: folder, signal) {
      exists("half.partial/candidates.journal", in: folder)
    }
    #expect(half.exitCode == 128 + signal)
    #expect(half.errors.hasSuffix("stopped: the same command goes on from here\n"))
    #expect(!exists("half", in: folder))
    let resumed = try CommandRun(purification + ["half"], in: folder.path)
    #expect(resumed.output.contains("Resuming the unfinished run"))
    #expect(try CommandRun(purification + ["all"], in: folder.path).exitCode == resumed.exitCode)
    for name in ["data_batch_1.bin", "purified.csv", "report.json"] {
      #expect(try folder.read("half/" + name) == folder.read("all/" + name), "\(name)")
    }
  }
}
