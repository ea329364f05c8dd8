import ArgumentParser
import Attacks
import Datasets

/// The options of attacks that put a trigger on images.
struct TriggerArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The patch or the picture to blend in.", valueName: "png"))
  var pattern: String?

  @Option(help: "blended: the weight of the pattern (default: 0.2).")
  var alpha: Double?

  @Option(help: "sig: the height of the wave in grey levels (default: 40).")
  var amplitude: Double?

  @Option(help: "sig: periods across the width (default: 6).")
  var frequency: Double?

  @Flag(help: "badnets, blended: give every poisoned image the next label, (y + 1) mod K.")
  var allToAll = false

  @Flag(help: "badnets, blended: choose among the images of the target class, too.")
  var includeTarget = false

  /// Throws `ValidationError` for values that do not suit the attack.
  func check(_ attack: PoisonCommand.Attack) throws {
    if attack != .blended && alpha != nil {
      throw ValidationError("--alpha belongs to --attack blended.")
    }
    if let alpha, !(alpha > 0 && alpha <= 1) {
      throw ValidationError("--alpha \(alpha): use a weight above 0, at most 1.")
    }
    if attack != .sig && (amplitude ?? frequency) != nil {
      throw ValidationError("--amplitude and --frequency belong to --attack sig.")
    }
    for (name, value) in [("--amplitude", amplitude), ("--frequency", frequency)] {
      if let value, !(value > 0 && value < 256) {
        throw ValidationError("\(name) \(value): use a number above 0, below 256.")
      }
    }
    if attack == .sig && pattern != nil {
      throw ValidationError("--pattern does not belong to --attack sig.")
    }
    if attack == .sig || attack == .gradientMatching {
      if allToAll || includeTarget {
        throw ValidationError(
          "--all-to-all and --include-target belong to --attack badnets or blended.")
      }
    }
  }

  /// The trigger of an attack other than gradient matching.
  func trigger(
    _ attack: PoisonCommand.Attack, for shape: ImageShape, seed: UInt64
  ) throws -> Trigger {
    switch (attack, pattern) {
    case (.gradientMatching, _): preconditionFailure("TriggerArguments: gradient matching")
    case (.badnets, nil): .whiteSquare(shape)
    case (.badnets, let path?): try .patch(from: path, for: shape)
    case (.blended, nil): .blendedNoise(shape, alpha: alpha ?? 0.2, seed: seed)
    case (.blended, let path?): try .blended(from: path, for: shape, alpha: alpha ?? 0.2)
    case (.sig, _):
      .sinusoid(shape, amplitude: amplitude ?? 40, frequency: frequency ?? 6)
    }
  }
}
