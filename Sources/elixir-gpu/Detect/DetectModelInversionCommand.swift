import ArgumentParser
import Detection

/// `elixir-gpu detect mi-dcm`: distances to what the victim takes for a class's typical image.
struct DetectModelInversionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mi-dcm",
    abstract: "Distrusts images far from what the victim takes for their class's typical image.",
    discussion: """
      That image is found by 500 steps of gradient descent from the mean image of the class.

      Examples:
        elixir-gpu detect mi-dcm poisoned --per-class 100 --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  func run() throws {
    try scoring.run(ModelInversionDetector(perClass: scoring.perClass), victim: evidence)
  }
}
