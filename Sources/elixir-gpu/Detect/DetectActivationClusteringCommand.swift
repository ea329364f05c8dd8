import ArgumentParser
import Detection

/// `elixir-gpu detect activation-clustering`: small clusters of a class's features.
struct DetectActivationClusteringCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activation-clustering",
    abstract: "Distrusts the smaller of two clusters of a class's features.",
    discussion: """
      A class is suspicious if the smaller cluster has less than 35 % of its samples and the \
      clusters' silhouette is above 0.1. Poison that is more than a third of its class is not found.

      Examples:
        elixir-gpu detect activation-clustering poisoned --truth poisoned --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  func run() throws {
    try scoring.run(
      ActivationClusteringDetector(perClass: scoring.perClass), victim: evidence)
  }
}
