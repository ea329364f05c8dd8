import ArgumentParser
import Detection

/// `elixir-gpu detect sf-least`: features along the main direction of a class.
struct DetectSpectralFilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sf-least",
    abstract: "Distrusts samples far along the direction in which their class varies most.",
    discussion: """
      The features are those of a victim, which is trained on the dataset unless it is given.

      Examples:
        elixir-gpu detect sf-least poisoned --per-class 100 --output clean.txt
        elixir-gpu detect sf-least poisoned --victim model.safetensors --scores scores.csv \
      --truth poisoned --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  func run() throws {
    try scoring.run(SpectralFilterDetector(perClass: scoring.perClass), victim: evidence)
  }
}
