import ArgumentParser
import Foundation
import Support

/// The command line: `elixir-gpu <subcommand>`.
@main
struct ElixirCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elixir-gpu",
    abstract: "Purifies image datasets that may be poisoned, on the CPU or an OpenCL device.",
    discussion: """
      Datasets are CIFAR binary files, IDX pairs or folders class/name.png; results are \
      written in the same layout. Each subcommand's --help shows examples.
      """,
    version: "elixir-gpu 0.1.0",
    subcommands: [
      PurifyCommand.self, EvaluateCommand.self, PoisonCommand.self, MarkCommand.self,
      TraceCommand.self, DetectCommand.self, TrainCommand.self, DevicesCommand.self,
      VerifyCommand.self, BenchCommand.self, TuneCommand.self, DemoCommand.self,
    ])

  /// Runs a subcommand; a failure is one line on standard error and exit code 1.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error where isForParser(error) {
      exit(withError: error)
    } catch let error as FileError {
      var line = "error: \(error)"
      if case .outputExists = error { line += " or give --force to replace it" }
      FileHandle.standardError.write(Data((line + "\n").utf8))
      exit(withError: ExitCode.failure)
    } catch {
      FileHandle.standardError.write(Data("error: \(error)\n".utf8))
      exit(withError: ExitCode.failure)
    }
  }

  /// Usage errors, requests for help and plain exit codes, which the parser prints itself.
  private static func isForParser(_ error: any Error) -> Bool {
    exitCode(for: error) != .failure || error is ExitCode
  }
}
