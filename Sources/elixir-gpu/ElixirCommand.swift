import ArgumentParser
import Foundation

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
      let (arguments, warning) = FormerSpelling.replaced(Array(CommandLine.arguments.dropFirst()))
      if let warning { FileHandle.standardError.write(Data("warning: \(warning)\n".utf8)) }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let error where isForParser(error) {
      exit(withError: error)
    } catch {
      let advice = (error as? any AdvisedError)?.advice.map { "; \($0)" } ?? ""
      FileHandle.standardError.write(Data("error: \(error)\(advice)\n".utf8))
      exit(withError: ExitCode.failure)
    }
  }

  /// Usage errors, requests for help and plain exit codes, which the parser prints itself.
  private static func isForParser(_ error: any Error) -> Bool {
    exitCode(for: error) != .failure || error is ExitCode
  }
}
