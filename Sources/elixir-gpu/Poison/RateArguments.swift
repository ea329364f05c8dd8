import ArgumentParser
import Attacks

/// How many images an attack poisons, by default a tenth of all.
struct RateArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The share of all images that is poisoned (default: 0.1)."))
  var rate: Double?

  @Option(
    help: ArgumentHelp(
      "The share of each class whose images can be poisoned, instead.", valueName: "rate"))
  var ratePerClass: Double?

  func validate() throws {
    if rate != nil && ratePerClass != nil {
      throw ValidationError("--rate and --rate-per-class exclude each other.")
    }
  }

  var share: Double { ratePerClass ?? rate ?? 0.1 }

  var isPerClass: Bool { ratePerClass != nil }

  func selection(from eligible: PoisonSelection.Eligible, seed: UInt64) -> PoisonSelection {
    PoisonSelection(
      rate: share, isPerClass: isPerClass, from: eligible,
      seed: seed)
  }
}
