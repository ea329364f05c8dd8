import ArgumentParser
import Diffusion
import Purification

/// What a user chooses of DataElixir.
struct DataElixirArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "dataelixir: a diffusers model, such as 'train denoiser' makes.", valueName: "dir"))
  var denoiser: String?

  @Option(
    help: """
      dataelixir: how often each image is corrupted and restored (default: 3; --compat: 5). \
      mendata: rounds of the critic and the perturbations at most (default: 30).
      """)
  var rounds: Int?

  @Option(help: "States of each round that are candidates.")
  var keepLast = 10

  @Option(help: "Candidates of a second label that make a sample suspicious: a share or a count.")
  var threshold = TransitionThreshold.fraction(0.1)

  @Option(
    help: ArgumentHelp(
      """
      Noise added each time, in steps of the linear schedule with 1000 steps: auto finds the most \
      that clean samples bear (default: auto; --compat: 150).
      """, valueName: "steps"))
  var noiseSteps: NoiseChoice?

  @OptionGroup var sampling: SamplerArguments

  @Option(
    help: "Candidates are the noisy samples (the paper's) or the predictions of clean images.")
  var candidates = CandidateKind.samples

  @Option(help: "Which label candidates are compared with: the dataset's label or a prediction.")
  var compareWith = AnomalyFilter.Reference.label

  @Option(help: "With --compat, what suspicious samples' labels are read from.")
  var suspiciousLabel = SuspiciousLabel.original

  @Option(
    help:
      "paper: the paper's fixed rules; dataelixir: those of its official code, where they differ.")
  var compat = Compatibility.current

  @Flag(
    help: """
      Takes classes that are only suspected for targets, and exits with 0 where the result is \
      unsure.
      """)
  var forceVerdict = false

  func validate() throws {
    if keepLast < 1 { throw ValidationError("--keep-last \(keepLast): use at least 1.") }
    if case .steps(let steps) = noiseSteps, steps < 1 {
      throw ValidationError("--noise-steps \(steps): use at least 1, or auto.")
    }
    if let rounds, rounds < 1 { throw ValidationError("--rounds \(rounds): use at least 1.") }
  }

  /// The options of a run.
  func options(victim: VictimOptions, seed: UInt64) throws -> PurificationOptions {
    guard let denoiser else {
      throw ValidationError("--method dataelixir needs --denoiser, a diffusers model.")
    }
    var options = PurificationOptions(denoiser: denoiser)
    options.rounds = rounds
    if case .steps(let steps) = noiseSteps { options.noiseSteps = steps }
    options.forcesVerdict = forceVerdict
    options.keepLast = keepLast
    options.threshold = threshold
    options.sampler = sampling.name
    options.samplerSteps = sampling.calls
    options.eta = sampling.eta
    options.candidates = candidates
    options.victim = victim
    options.reference = compareWith
    options.suspiciousLabel = suspiciousLabel
    options.compatibility = compat
    options.seed = seed
    return options
  }
}

/// `auto` or a number of noise steps.
enum NoiseChoice: ExpressibleByArgument, Equatable {
  case auto
  case steps(Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let steps = Int(argument) {
      self = .steps(steps)
    } else {
      return nil
    }
  }
}

extension TransitionThreshold: ExpressibleByArgument {}
extension CandidateKind: ExpressibleByArgument {}
extension AnomalyFilter.Reference: ExpressibleByArgument {}
extension SuspiciousLabel: ExpressibleByArgument {}
extension Compatibility: ExpressibleByArgument {}
