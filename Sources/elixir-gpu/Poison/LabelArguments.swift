import ArgumentParser
import Attacks
import Datasets

/// Which images an attack that changes labels poisons, and the labels they get.
struct LabelArguments: ParsableArguments {
  @Option(help: "The label given to all attacked images: a number or a class name (default: 0).")
  var target: String?

  @Flag(help: "Give every poisoned image the next label, (y + 1) mod K, instead.")
  var allToAll = false

  @OptionGroup var rates: RateArguments

  @Flag(help: "Choose among the images of the target class, too.")
  var includeTarget = false

  func validate() throws {
    if allToAll && target != nil {
      throw ValidationError("--target and --all-to-all exclude each other.")
    }
  }

  /// The share of all images, or of each class, if the attack's own is a tenth.
  var rate: Double { rates.share() }

  func mapping(_ dataset: ImageDataset) throws -> LabelMapping {
    if allToAll { return .allToAll }
    return .allToOne(target: try dataset.label(named: target ?? "0", option: "--target"))
  }

  func selection(seed: UInt64, usualRate: Double = 0.1) -> PoisonSelection {
    rates.selection(
      from: includeTarget ? .all : .attackable, seed: seed, usualRate: usualRate)
  }
}
