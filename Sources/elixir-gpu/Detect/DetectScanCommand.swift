import ArgumentParser
import Detection

/// `elixir-gpu detect scan`: classes whose features lie in two groups.
struct DetectScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Distrusts a group of a class's samples that lies apart from the others.",
    discussion: """
      How features vary within a class is taken from the other classes, or from samples known to \
      be clean (--reference). With these, poison in every class is found as well.

      Examples:
        elixir-gpu detect scan poisoned --truth poisoned --output clean.txt
        elixir-gpu detect scan poisoned --reference sifted.txt --scores scores.csv \
      --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(
    help: ArgumentHelp(
      "Samples that are clean: a list, or a detector such as dcm:100.", valueName: "list"))
  var reference: String?

  func run() throws {
    try scoring.run(
      ScanDetector(reference: reference, perClass: scoring.perClass), victim: evidence,
      settings: reference.map { ["reference \($0)"] } ?? [])
  }
}
