import ArgumentParser
import Detection

/// `elixir-gpu detect pd-autor`: activations beside the course of the losses.
struct DetectPDAutoRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pd-autor",
    abstract: "Distrusts samples apart from their class in activations and early losses.",
    discussion: """
      Compares the activations of a hidden layer of a victim, and how the loss of each sample \
      changed in the first epochs of its training. A class is suspicious if its samples lie in two \
      separate groups. With --expected-rate, 1.5 times as many samples of every class are flagged.

      Examples:
        elixir-gpu detect pd-autor poisoned --truth poisoned --output clean.txt
        elixir-gpu detect pd-autor poisoned --layer features --loss-weight 1 \
      --scores scores.csv --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(
    help: ArgumentHelp(
      "The hidden layer: stem, layer1, layer2, … or features (default: the last before these).",
      valueName: "name"))
  var layer: String?

  @Option(help: "The weight of the losses beside the activations; 0 leaves them out.")
  var lossWeight = PDAutoRDetector().lossWeight

  @Option(help: "Epochs whose losses are compared.")
  var lossEpochs = PDAutoRDetector().lossEpochs

  @Option(help: "The share of each class that is expected to be poison.")
  var expectedRate: Double?

  func run() throws {
    let detector = PDAutoRDetector(
      layer: layer, lossWeight: lossWeight, lossEpochs: lossEpochs, expectedRate: expectedRate,
      perClass: scoring.perClass)
    try scoring.run(
      detector, victim: evidence,
      settings: [
        "layer \(layer ?? "the last")", "loss weight \(lossWeight)", "loss epochs \(lossEpochs)",
      ] + (expectedRate.map { ["expected rate \($0)"] } ?? []))
  }
}
