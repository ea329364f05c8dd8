import ArgumentParser
import Detection

/// `elixir-gpu detect confident-learning`: wrong labels.
struct DetectConfidentLearningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confident-learning",
    abstract: "Finds wrong labels by models that were trained without the sample.",
    discussion: """
      Trains five classifiers, each without a fifth of every class, as a victim is trained. Finds \
      flipped labels; labels that go with a trigger look right to all models.

      Examples:
        elixir-gpu detect confident-learning flipped --output clean.txt
        elixir-gpu detect confident-learning flipped --epochs 20 --scores scores.csv \
      --truth flipped --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the five models") var evidence: EvidenceArguments

  func validate() throws {
    if evidence.victim.victim != nil {
      throw ValidationError("--victim: this method trains its own models; leave it out.")
    }
  }

  func run() throws {
    try scoring.run(
      ConfidentLearningDetector(perClass: scoring.perClass), victim: evidence)
  }
}
