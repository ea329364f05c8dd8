import Attacks
import Testing

@Suite struct HelpTests {
  private static let attacks = AttackRegistry.all.map { "poison \($0.id)" }
  private static let methods = [
    "purify dataelixir", "purify pd-autor", "purify mendata", "purify random-noise",
    "purify friendly-noise", "purify reference-only", "detect knn", "detect knn-kappa",
    "detect simulated",
    "detect all", "detect dcm", "detect sf-least", "sift",
  ]
  private static let commands =
    attacks + methods + [
      "poison", "mark", "trace", "detect", "devices", "purify", "evaluate", "demo", "tune", "serve",
      "train classifier", "train denoiser", "bench operations", "bench denoiser", "bench chain",
      "bench classifier", "bench training",
    ]

  private func help(_ command: String) throws -> CommandRun {
    try CommandRun(command.split(separator: " ").map(String.init) + ["--help"])
  }

  @Test(arguments: commands)
  func everyCommandShowsExamples(command: String) throws {
    let run = try help(command)
    #expect(run.exitCode == 0)
    #expect(run.output.contains("Examples:\n"))
    #expect(run.output.contains("elixir-gpu \(command)"))
  }

  /// A line of text ends only where the next word does not fit.
  @Test(arguments: commands)
  func textIsNotRagged(command: String) throws {
    let text = try help(command).output
      .split(separator: "\n", omittingEmptySubsequences: false).prefix { $0 != "Examples:" }
    for (line, next) in zip(text, text.dropFirst()) {
      guard let word = next.split(separator: " ").first, let start = line.first, start != " "
      else { continue }
      guard next.first != " " else { continue }
      #expect(line.count + 1 + word.count >= 80, "\(line)\n\(next)")
    }
  }

  /// One and a half screens.
  @Test(arguments: attacks + methods)
  func helpOfAMethodIsShort(command: String) throws {
    let lines = try help(command).output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 62)
    for line in lines where !line.hasPrefix("USAGE:") { #expect(line.count <= 80, "\(line)") }
  }

  /// The h of a word is no request for help.
  @Test(arguments: ["purify", "poison", "poison badnets", "bench chain", "demo", ""])
  func unknownShortOptionsAreUsageErrors(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    for option in ["-photos", "-xh"] {
      let run = try CommandRun(words + [option])
      #expect(run.exitCode == 64 && run.errors.hasPrefix("Error: "), "\(run)")
    }
    #expect(try CommandRun(words + ["-h"]).exitCode == 0)
  }

  @Test func showsItsVersion() throws {
    let run = try CommandRun(["--version"])
    #expect(run.exitCode == 0)
    #expect(run.output.hasPrefix("elixir-gpu "))
  }

  @Test func unknownCommandsAreUsageErrors() throws {
    #expect(try CommandRun(["purge"]).exitCode == 64)
  }
}
