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
  @OptionGroup var clean: CleanSampleArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(help: "Images to lay on each image.")
  var overlays = 100

  @Option(help: "The share of the clean samples that may count as bad.")
  var falsePositiveRate = 0.1

  func run() throws {
    try scoring.run(
      StripDetector(
        overlays: overlays, falsePositiveRate: falsePositiveRate, perClass: scoring.perClass),
      victim: evidence, clean: clean, settings: ["overlays \(overlays)"] + clean.settings)
  }
}
