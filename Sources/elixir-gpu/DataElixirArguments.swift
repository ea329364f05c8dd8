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
      dataelixir: how often each image is corrupted and restored (default: 5). mendata: rounds of \
      the critic and the perturbations at most (default: 30).
      """)
  var rounds: Int?

  @Option(help: "States of each round that are candidates.")
  var keepLast = 10

  @Option(help: "Candidates of a second label that make a sample suspicious: a share or a count.")
  var threshold = TransitionThreshold.fraction(0.1)

  @OptionGroup var sampling: SamplerArguments

  @Option(help: "Candidates are the noisy samples (the paper's) or the predictions of clean images.")
  var candidates = CandidateKind.samples

  @Option(help: "Which label candidates are compared with: the dataset's label or a prediction.")
  var compareWith = AnomalyFilter.Reference.label

  @Option(help: "What labels of suspicious samples are read from: the original or the candidates.")
  var suspiciousLabel = SuspiciousLabel.original

  @Option(help: "standard, or dataelixir to do as the method's official code does.")
  var compat = Compatibility.standard

  func validate() throws {
    if keepLast < 1 { throw ValidationError("--keep-last \(keepLast): use at least 1.") }
    if let rounds, rounds < 1 { throw ValidationError("--rounds \(rounds): use at least 1.") }
  }

  /// The options of a run.
  func options(victim: VictimOptions, seed: UInt64) throws -> PurificationOptions {
    guard let denoiser else {
      throw ValidationError("--method dataelixir needs --denoiser, a diffusers model.")
    }
    var options = PurificationOptions(denoiser: denoiser)
    if let rounds { options.rounds = rounds }
    options.noiseSteps = sampling.noiseSteps
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

extension TransitionThreshold: ExpressibleByArgument {}
extension CandidateKind: ExpressibleByArgument {}
extension AnomalyFilter.Reference: ExpressibleByArgument {}
extension SuspiciousLabel: ExpressibleByArgument {}
extension Compatibility: ExpressibleByArgument {}
