import ArgumentParser
import Purification

/// `elixir-gpu purify reference-only`: nothing but the reference samples.
struct PurifyReferenceOnlyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference-only",
    abstract: "Keeps the reference samples and leaves the others out: a baseline.",
    discussion: """
      Examples:
        elixir-gpu purify reference-only photos --reference trusted.txt --output kept
      """)

  @OptionGroup var purification: PurificationArguments
  @OptionGroup var reference: ReferenceArguments

  func validate() throws { try reference.require(features: false) }

  func run() throws {
    try purification.run(
      { _ in
        var method = ReferenceOnly()
        method.reference = reference.options
        method.seed = purification.seed
        return method
      }, truth: reference.truth)
  }
}
