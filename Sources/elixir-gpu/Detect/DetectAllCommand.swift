import ArgumentParser
import Detection
import Runs
import Support

/// `elixir-gpu detect all`: every detector that needs nothing but the dataset.
struct DetectAllCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all",
    abstract: "Runs all detectors that need nothing but the dataset, on one victim.",
    discussion: """
      A table shows what each finds. The samples listed are those that no detector flags in a \
      class it holds for suspicious; with --vote, those that fewer than two flag of the detectors \
      that suspect their class, or whose class fewer than three suspect; scan counts for three.

      Examples:
        elixir-gpu detect all photos --vote --output clean.txt
        elixir-gpu detect all poisoned --truth poisoned --scores scores.csv --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments

  @Flag(help: "Three detectors must agree on a class, and two on a sample, or scan alone.")
  var vote = false

  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  func run() throws {
    let name = vote ? "all, vote" : "all"
    try scoring.run(name, victim: evidence) { input, run in
      let panel = try DetectorPanel(input, run)
      let dataset = input.dataset
      let found = try (vote ? Vote.usual : .any).combine(
        panel.opinions, labels: dataset.labels, classNames: dataset.classNames,
        perClass: scoring.perClass)
      let rows = panel.opinions + [(vote ? "vote" : "any", found)]
      print(PanelTable(rows, classNames: dataset.classNames, truth: input.truth).text)
      for (id, reason) in panel.refusals { print("\(id) has nothing to say: \(reason)") }
      return found
    }
  }
}
