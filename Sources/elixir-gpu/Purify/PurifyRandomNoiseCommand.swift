import ArgumentParser
import Purification

/// `elixir-gpu purify random-noise`: Mendata's simplest baseline.
struct PurifyRandomNoiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "random-noise",
    abstract: "Adds independent normal noise to every pixel, RAND(σ): a baseline.",
    discussion: """
      Examples:
        elixir-gpu purify random-noise photos --sigma 16 --output noisy
      """)

  @OptionGroup var purification: PurificationArguments
  @OptionGroup var reference: ReferenceArguments

  @Option(
    name: .customLong("sigma"),
    help: ArgumentHelp("The deviation σ in 1/255.", valueName: "levels"))
  var deviation: Float = 16

  func validate() throws {
    if !(deviation >= 0) { throw ValidationError("--sigma \(deviation): use 0 or more.") }
  }

  func run() throws {
    try purification.run(
      { _ in
        var noise = RandomNoise(deviation: deviation, seed: purification.seed)
        noise.reference = reference.options
        return noise
      }, truth: reference.truth)
  }
}
