import ArgumentParser
import Detection

/// `elixir-gpu detect dcm`: distances to the mean image of a class.
struct DetectClassMeanDistanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dcm",
    abstract: "Distrusts images far from the mean image of their class.",
    discussion: """
      Examples:
        elixir-gpu detect dcm poisoned --per-class 100 --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments

  func run() throws {
    try scoring.run(ClassMeanDistanceDetector(perClass: scoring.perClass))
  }
}
