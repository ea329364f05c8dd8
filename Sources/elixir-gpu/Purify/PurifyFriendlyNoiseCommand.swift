import ArgumentParser
import Purification

/// `elixir-gpu purify friendly-noise`: as much noise as a model's predictions bear.
struct PurifyFriendlyNoiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "friendly-noise",
    abstract: "Adds as much noise as a model's predictions bear, FRIEN(α): a baseline.",
    discussion: """
      Examples:
        elixir-gpu purify friendly-noise photos --alpha 16 --output noisy
        elixir-gpu purify friendly-noise photos --victim model.safetensors --output noisy
      """)

  @OptionGroup var purification: PurificationArguments
  @OptionGroup var reference: ReferenceArguments

  @Option(
    name: .customLong("alpha"),
    help: ArgumentHelp("The greatest change α in 1/255.", valueName: "levels"))
  var radius: Float = 16

  @Option(name: .customLong("mu"), help: "The weight of the noise's size, μ.")
  var weight: Float = 1

  @OptionGroup(title: "Options of the model whose predictions are kept")
  var victim: VictimArguments

  func validate() throws {
    if !(radius > 0) { throw ValidationError("--alpha \(radius): use a number above 0.") }
    if !(weight >= 0) { throw ValidationError("--mu \(weight): use 0 or more.") }
  }

  func run() throws {
    try purification.run(
      { _ in
        var noise = FriendlyNoise(radius: radius, weight: weight, seed: purification.seed)
        noise.reference = reference.options
        noise.victim = victim.options(seed: purification.seed)
        return noise
      }, truth: reference.truth)
  }
}
