import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Logs that cannot be written stop no work; results that cannot be shown are a failure.
@Suite struct StreamTests {
  /// Runs the program in a shell, with redirections.
  private func run(_ arguments: [String], _ redirection: String) throws -> CommandRun {
    try shell("exec \"$0\" \"$@\" \(redirection)", arguments)
  }

  private func shell(_ script: String, _ arguments: [String]) throws -> CommandRun {
    try CommandRun(
      ["-c", script, CommandRun.program.path] + arguments,
      program: URL(fileURLWithPath: "/bin/bash"))
  }

  @Test(arguments: ["2>/dev/full", "2>&-"])
  func messagesThatCannotBeWrittenStopNothing(_ redirection: String) throws {
    let refused = try run(["poison", "badnets", "/nonexistent", "--output", "x"], redirection)
    #expect(refused.exitCode == 1 && refused.errors.isEmpty)
    let folder = try TemporaryFolder()
    let shapes = folder.path + "/shapes"
    let demo = try run(["demo", "--shapes-only", "20", "--output", shapes], redirection)
    #expect(demo.exitCode == 0 && demo.output == "Written 20 images to \(shapes)\n")
    let training = try run(
      [
        "train", "denoiser", shapes, "--channels", "8", "--steps", "2", "--batch", "2", "--device",
        "cpu", "--output", folder.path + "/denoiser",
      ], redirection)
    #expect(training.exitCode == 0)
    // Warnings, notes and progress, of which none went to a file that took the stream's place.
    let purification = try run(
      [
        "purify", "dataelixir", shapes, "--denoiser", folder.path + "/denoiser", "--noise-steps",
        "20", "--rounds", "2", "--epochs", "1", "--width", "4", "--compat", "paper",
        "--device", "cpu", "--output", folder.path + "/purified",
      ], redirection)
    #expect([0, 3].contains(purification.exitCode))
    #expect(try CSVFile.read(folder.path + "/purified/purified.csv").count == 21)
  }

  @Test(arguments: [">/dev/full", ">&-"])
  func lostResultsAreFailures(_ redirection: String) throws {
    let lost = try run(["devices", "--json"], redirection)
    #expect(lost.errorLine?.hasPrefix("error: standard output: cannot be written: ") == true)
  }

  @Test func readersThatGoAwayEndNothing() throws {
    let folder = try TemporaryFolder()
    let script = """
      cd "$1"; shift
      { sleep 0.3; "$0" "$@" 2>&1; echo $? >status; } | true
      until [ -s status ]; do sleep 0.1; done; cat status
      """
    let run = try shell(
      script, [folder.path, "demo", "--shapes-only", "20", "--output", "shapes"])
    // Not 141, as of a signal.
    #expect(run.output == "1\n")
    #expect(try folder.entries("shapes").contains("test_batch.bin"))
  }

  @Test func namesFromTheDataSteerNoTerminal() throws {
    let folder = try TemporaryFolder()
    let name = "=1\u{1B}[31m\nerror: lost"
    let image = RasterImage(
      shape: ImageShape(height: 4, width: 4, channels: 3),
      pixels: [UInt8](repeating: 90, count: 48))
    for file in ["\(name)/1.png", "\(name)/2.png", "b/1.png", "b/2.png"] {
      try folder.write(try PNG.encode(image), to: "data/\(file)")
    }
    let arguments = ["poison", "badnets", "data", "--target", "0", "--rate", "0.5", "--output"]
    let poisoned = try CommandRun(arguments + ["out"], in: folder.path)
    #expect(poisoned.exitCode == 0, "\(poisoned.errors)")
    #expect(poisoned.output.contains("target 0 (=1\\x1B[31m\\x0Aerror: lost)"))
    #expect(!poisoned.output.contains("\u{1B}"))
    try folder.write([1], to: "data/b/\(name).png")
    let warned = try CommandRun(arguments + ["other"], in: folder.path)
    #expect(warned.exitCode == 0)
    #expect(
      warned.errors.contains("b/=1\\x1B[31m\\x0Aerror: lost.png for one: it is no image"),
      "\(warned.errors)")
    #expect(!warned.errors.contains("\u{1B}"))
  }
}
