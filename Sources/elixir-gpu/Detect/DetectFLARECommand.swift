import ArgumentParser
import Detection

/// `elixir-gpu detect flare`: clusters of samples that are unusual in the same layers.
struct DetectFLARECommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flare",
    abstract: "Finds clusters of samples that a victim's layers hold for unlikely.",
    discussion: """
      Each batch normalization says how likely its input is. Poisoned samples are unlikely in the \
      same layers, and form a cluster beside that of all others, whatever their labels are.

      Examples:
        elixir-gpu detect flare poisoned --output clean.txt
        elixir-gpu detect flare poisoned --victim model.safetensors --scores scores.csv \
      --truth poisoned --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(
    help: ArgumentHelp(
      "Fewest samples of a cluster (default: one in 200, from 25 to 100).",
      visibility: .hidden))
  var minimumCluster: Int?

  @Option(
    help: ArgumentHelp(
      "The clean cluster persists while densities rise by this power of e.",
      visibility: .hidden))
  var persistence = FLAREDetector().minimumPersistence

  func validate() throws {
    if let minimumCluster, minimumCluster < 2 {
      throw ValidationError("--minimum-cluster \(minimumCluster): use at least 2.")
    }
    if !(persistence >= 0) {
      throw ValidationError("--persistence \(persistence): use 0 or more.")
    }
  }

  func run() throws {
    try scoring.run(
      FLAREDetector(
        minimumSize: minimumCluster, minimumPersistence: persistence, perClass: scoring.perClass),
      victim: evidence)
  }
}
