import ArgumentParser
import Purification

/// `elixir-gpu purify pd-autor`: restores flagged samples with nothing but the dataset.
struct PurifyPDAutoRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pd-autor",
    abstract: "Restores the samples that a detector flags, with nothing but the dataset.",
    discussion: """
      For poison that shows: samples that differ from their class. Networks learn from the flagged \
      images and from the others, which need not be pairs, to turn one kind into the other; a \
      classifier that is trained without the flagged samples gives the restored ones labels. All \
      others stay byte for byte. It needs no denoiser, but a long training: watch the losses, and \
      the pictures in OUTPUT.partial. --help-hidden shows the options of the networks.

      Examples:
        elixir-gpu purify pd-autor photos --output restored
        elixir-gpu purify pd-autor mnist/train --no-mirror --output restored
        elixir-gpu purify pd-autor photos --flagged suspects.txt --doubtful keep --output restored
      """)

  @OptionGroup var purification: PurificationArguments

  @Option(
    help: ArgumentHelp(
      "A list of the samples to restore, in place of the detector's.", valueName: "list"))
  var flagged: String?

  @Option(help: "The share of each class that is expected to be poison (default: found).")
  var expectedRate: Double?

  @Option(
    help: ArgumentHelp(
      "The layer that the detector looks at, see 'detect pd-autor'.", valueName: "name",
      visibility: .hidden))
  var layer: String?

  @OptionGroup var restorer: RestorerArguments

  @Option(help: "What becomes of restored samples below it: keep or drop.")
  var doubtful = PDAutoR.Doubtful.drop

  @Option(
    help: ArgumentHelp(
      """
      Samples that are never flagged: a list of samples (.txt), or a detector, such as sift:K.
      """, valueName: "source"))
  var reference: String?

  @OptionGroup(title: "Options of the classifier that the detector looks into")
  var victim: VictimArguments

  func validate() throws {
    if let reference {
      switch ReferenceSource(reference) {
      case .list, .detector: break
      case .dataset, nil:
        throw ValidationError(
          "--reference \(reference): use a list of samples (.txt), or a detector such as sift:K.")
      }
    }
  }

  func run() throws {
    try purification.run { _ in
      var method = PDAutoR(
        recipe: restorer.recipe, threshold: restorer.threshold, doubtful: doubtful,
        seed: purification.seed)
      method.detector.expectedRate = expectedRate
      method.detector.layer = layer
      method.flagged = flagged
      method.reference.source = reference.flatMap { ReferenceSource($0) }
      method.victim = victim.options(seed: purification.seed)
      return method
    }
  }
}

extension PDAutoR.Doubtful: ExpressibleByArgument {}
