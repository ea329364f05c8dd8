import ArgumentParser
import Attacks

/// How many images an attack poisons.
struct RateArguments: ParsableArguments {
  @Option(
    help: "The share of all images that is poisoned (default: 0.1; adaptive attacks: 0.003).")
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

  var isPerClass: Bool { ratePerClass != nil }

  /// - Parameter usualRate: the attack's own, if neither option is given.
  func share(usualRate: Double = 0.1) -> Double { ratePerClass ?? rate ?? usualRate }

  func selection(
    from eligible: PoisonSelection.Eligible, seed: UInt64, usualRate: Double = 0.1
  ) -> PoisonSelection {
    PoisonSelection(
      rate: share(usualRate: usualRate), isPerClass: isPerClass, from: eligible, seed: seed)
  }
}
