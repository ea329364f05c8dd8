import ArgumentParser
import Detection

/// `elixir-gpu detect loss-scan`: samples that a victim learns first.
struct DetectLossScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss-scan",
    abstract: "Distrusts samples that a victim learns first.",
    discussion: """
      A trigger is often learned before what images show. The losses are those after an early \
      epoch of the victim's training, so a victim that is given does not do.

      Examples:
        elixir-gpu detect loss-scan poisoned --output clean.txt
        elixir-gpu detect loss-scan poisoned --epoch 3 --scores scores.csv --truth poisoned \
      --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(help: "Epochs after which losses are compared.")
  var epoch = LossScanDetector().epoch

  func validate() throws {
    if epoch < 1 { throw ValidationError("--epoch \(epoch): use at least 1.") }
  }

  func run() throws {
    try scoring.run(
      LossScanDetector(epoch: epoch, perClass: scoring.perClass), victim: evidence,
      settings: ["epoch \(epoch)"])
  }
}
