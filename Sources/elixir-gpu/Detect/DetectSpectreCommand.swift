import ArgumentParser
import Detection

/// `elixir-gpu detect spectre`: what stands out of white features.
struct DetectSpectreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectre",
    abstract: "Distrusts samples that stand out of their class's features made white.",
    discussion: """
      Looks for poison that is a small part of its class: shares of 1, 5, 10 and 33 % are assumed, \
      or --expected-rate alone.

      Examples:
        elixir-gpu detect spectre poisoned --truth poisoned --output clean.txt
        elixir-gpu detect spectre poisoned --expected-rate 0.05 --scores scores.csv \
      --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(help: "The share of a poisoned class that is expected to be poison.")
  var expectedRate: Double?

  func run() throws {
    try scoring.run(
      SpectreDetector(expectedRate: expectedRate, perClass: scoring.perClass),
      victim: evidence, settings: expectedRate.map { ["expected rate \($0)"] } ?? [])
  }
}
