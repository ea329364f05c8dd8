import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    "poison", "mark", "trace", "detect", "devices", "purify", "evaluate", "demo", "tune",
    "purify dataelixir", "purify mendata", "purify random-noise", "purify friendly-noise",
    "purify reference-only", "detect knn", "detect knn-kappa", "detect simulated",
    "bench operations", "bench denoiser", "bench chain", "bench classifier", "bench training",
  ])
  func everyCommandShowsExamples(command: String) throws {
    let run = try CommandRun(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(run.exitCode == 0)
    #expect(run.output.contains("Examples:\n"))
    #expect(run.output.contains("elixir-gpu \(command)"))
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
