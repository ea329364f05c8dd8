import ArgumentParser
import Detection

/// `elixir-gpu detect agpd`: classes whose samples pull a victim in different directions.
struct DetectAGPDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agpd",
    abstract: "Finds classes whose samples' gradients point elsewhere than trusted ones.",
    discussion: """
      Needs trusted samples, at least one of each class, ten are better: a list, or a detector \
      such as sift:10. Gradients are those of the score of the label in a victim.

      Examples:
        elixir-gpu detect agpd poisoned --reference clean.txt --output cleaner.txt
        elixir-gpu detect agpd poisoned --reference sift:10 --victim model.safetensors \
      --truth poisoned --output clean.txt
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup(title: "Options of the victim model") var evidence: EvidenceArguments

  @Option(help: "Trusted samples: a list such as 'detect' writes, or a detector's name:arguments.")
  var reference: String

  func run() throws {
    try scoring.run(
      AGPDDetector(reference: reference, perClass: scoring.perClass), victim: evidence,
      settings: ["reference \(reference)"])
  }
}
