import ArgumentParser
import Communication
import Datasets
import Foundation
import Support

/// The command line: `elixir-gpu <subcommand>`.
@main
struct ElixirCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elixir-gpu",
    abstract: "Purifies image datasets that may be poisoned, on the CPU or an OpenCL device.",
    discussion: """
      Datasets are folders of images, files of CIFAR, IDX pairs and more ('inspect --help'); \
      results are written in the same layout. Each subcommand's --help shows examples.
      """,
    version: "elixir-gpu 0.1.0",
    subcommands: [
      InspectCommand.self, PurifyCommand.self, MergeCommand.self, ReportCommand.self,
      ReviewCommand.self,
      ApplyCommand.self, AccumulateCommand.self, SiftCommand.self, EvaluateCommand.self,
      PoisonCommand.self,
      MarkCommand.self, TraceCommand.self, DetectCommand.self, TrainCommand.self,
      RunsCommand.self, DevicesCommand.self, VerifyCommand.self, ConvertCommand.self,
      BenchCommand.self,
      TuneCommand.self, DemoCommand.self, ServeCommand.self,
    ],
    // The parser would take the h of -photos for a request for help; `main` knows -h.
    helpNames: .long)

  /// Runs a subcommand; a failure is one line on standard error and exit code 1.
  static func main() {
    StandardStream.prepare()
    let launch = RankLaunch()
    let words = CommandLine.arguments.dropFirst().map { $0 == "-h" ? "--help" : $0 }
    do {
      let (arguments, remark) = try FormerSpelling.replacing(words)
      var command = try command(of: arguments)
      if let remark { StandardError.tell(remark) }
      if let launch, !(command is any RankedCommand) {
        throw RankLaunchError.notShared(launch)
      }
      defer { OutputLock.releaseAll() }
      try command.run()
      try StandardOutput.requireWritten()
    } catch let error where isForParser(error) {
      // All ranks have the same words; the first one says what is wrong with them, and how it ends.
      exit(withError: launch?.rank ?? 0 == 0 ? error : ExitCode.success)
    } catch RankError.stopped(let rank, let node) {
      StandardError.tell("stopped: \(RankError.stopped(rank: rank, node: node))")
      exit(withError: ExitCode(Interruption.tryAgain))
    } catch let stop as Interruption {
      StandardError.tell("stopped: \(stop.advice)")
      exit(withError: ExitCode(stop.exitCode))
    } catch {
      if case RankLaunchError.notShared = error, launch?.rank ?? 0 > 0 {
        exit(withError: ExitCode.success)
      }
      StandardError.tell("error: \(line(for: error))")
      exit(withError: ExitCode.failure)
    }
  }

  /// The subcommand that words name, its numbers within the limits of all options.
  static func command(of words: [String]) throws -> any ParsableCommand {
    let command = try parseAsRoot(words)
    try OptionLimits.check(command)
    return command
  }

  /// A failure in one line, with what to do about it.
  static func line(for error: any Error) -> String {
    if let error = error as? ParameterError {
      return "--\(error.name.asOption) \(error.value): \(error.reason)"
    }
    if isForParser(error) {
      return message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
    }
    let advice = (error as? any AdvisedError)?.advice.map { "; \($0)" } ?? ""
    return "\(error)\(advice)"
  }

  /// Usage errors, requests for help and plain exit codes, which the parser prints itself.
  private static func isForParser(_ error: any Error) -> Bool {
    exitCode(for: error) != .failure || error is ExitCode
  }
}
