import ArgumentParser
import Detection

/// `elixir-gpu detect strip`: images that keep their label under others.
struct DetectStripCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strip",
    abstract: "Distrusts images that keep their label whatever is laid on them.",
    discussion: """
      The entropy of the victim's labels under 100 overlays is compared with that of clean samples \
      (--reference), or with the other classes' where none are known. It takes 100 passes over the \
      images.

      Examples:
        elixir-gpu detect strip poisoned --truth poisoned --output clean.txt
        elixir-gpu detect strip poisoned --reference sifted.txt --overlays 50 --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(
    help: ArgumentHelp(
      "Samples that are clean: a list, or a detector such as dcm:100.", valueName: "list"))
  var reference: String?

  @Option(help: "Images to lay on each image (default: 100, or as many as there are).")
  var overlays: Int?

  @Option(help: "The share of the clean samples that may count as bad.")
  var falsePositiveRate = 0.1

  func run() throws {
    try scoring.run(
      StripDetector(
        reference: reference, overlays: overlays, falsePositiveRate: falsePositiveRate,
        perClass: scoring.perClass),
      victim: evidence,
      settings: (overlays.map { ["overlays \($0)"] } ?? [])
        + (reference.map { ["reference \($0)"] } ?? []))
  }
}
