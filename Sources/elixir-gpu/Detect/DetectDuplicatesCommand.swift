import ArgumentParser
import Detection

/// `elixir-gpu detect duplicates`: images that are there more than once.
struct DetectDuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates",
    abstract: "Finds images that are in a dataset more than once, exactly or nearly.",
    discussion: """
      Near duplicates correlate far better than other nearest neighbors do. Classes with \
      duplicates that have another label are named; --scores writes each sample's duplicate.

      Examples:
        elixir-gpu detect duplicates photos --scores duplicates.csv --output unique.txt
      """)

  @OptionGroup var scoring: ScoringArguments

  func run() throws {
    try scoring.run(DuplicatesDetector(perClass: scoring.perClass))
  }
}
