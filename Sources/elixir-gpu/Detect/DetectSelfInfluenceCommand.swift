import ArgumentParser
import Detection

/// `elixir-gpu detect self-influence`: samples that the victim hardly learned from.
struct DetectSelfInfluenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "self-influence",
    abstract: "Distrusts samples that hardly influence their own loss.",
    discussion: """
      Influence is taken through the victim's last layer alone.

      Examples:
        elixir-gpu detect self-influence poisoned --per-class 100 --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  func run() throws {
    try scoring.run(SelfInfluenceDetector(perClass: scoring.perClass), victim: evidence)
  }
}
