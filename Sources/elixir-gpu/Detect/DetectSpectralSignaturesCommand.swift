import ArgumentParser
import Detection

/// `elixir-gpu detect spectral-signatures`: features far out along the main direction of a class.
struct DetectSpectralSignaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectral-signatures",
    abstract: "Distrusts samples far from their class's mean where its features vary most.",
    discussion: """
      With --expected-rate, 1.5 times as many samples of every class are flagged, as published. \
      Without, classes and samples that stand out are.

      Examples:
        elixir-gpu detect spectral-signatures poisoned --truth poisoned --output clean.txt
        elixir-gpu detect spectral-signatures poisoned --victim model.safetensors \
      --expected-rate 0.1 --scores scores.csv --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(help: "The share of each class that is expected to be poison.")
  var expectedRate: Double?

  func run() throws {
    try scoring.run(
      SpectralSignatureDetector(expectedRate: expectedRate, perClass: scoring.perClass),
      victim: evidence, settings: expectedRate.map { ["expected rate \($0)"] } ?? [])
  }
}
