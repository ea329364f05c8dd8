import ArgumentParser
import Communication
import Diffusion
import Foundation
import Models
import Purification

/// `elixir-gpu purify dataelixir`: restores samples with a trigger.
struct PurifyDataElixirCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataelixir",
    abstract: "Restores samples that carry a trigger, by a diffusion model (the default method).",
    discussion: """
      Every image is corrupted with noise and restored by a denoiser, several rounds over. A \
      victim model trained on the dataset labels the restored images: where its labels move away \
      from the given one, the image may be poisoned. What the denoiser took away from it is put on \
      images of other classes: a trigger gives them its label, too; what is just odd about one \
      image means nothing on another. Samples that carry a trigger get a restored image, and a \
      label by a model trained without them. docs/methods.md has the rules.

      Nothing has to be chosen. Without --denoiser a weaker one is trained on the samples that \
      Meta-Sift trusts most. Where the evidence cannot decide, the output is the input, the last \
      line says why, and the exit code is 3. --help-hidden shows all options.

      Examples:
        elixir-gpu purify photos --output purified
        elixir-gpu purify mnist/train --denoiser digits --output purified
      """)

  @OptionGroup var purification: PurificationArguments

  @Option(
    help: ArgumentHelp(
      "A diffusers model, such as 'train denoiser' makes (default: trained on sifted samples).",
      valueName: "dir"))
  var denoiser: String?

  @Option(
    help: ArgumentHelp(
      "Ends the training of that one; the result then depends on the machine.",
      valueName: "minutes", visibility: .hidden))
  var denoiserMinutes: Double?

  @Option(
    help: ArgumentHelp("Steps of that training, of 64 images each.", visibility: .hidden))
  var denoiserSteps = OwnDenoiser().steps

  @Option(
    help: ArgumentHelp("Share of each class that it is trained on.", visibility: .hidden))
  var siftShare = OwnDenoiser().share

  @Option(help: ArgumentHelp("Sifters that choose its samples.", visibility: .hidden))
  var sifters = OwnDenoiser().sifters

  @Option(help: "How often each image is corrupted and restored (default: 3; --compat: 5).")
  var rounds: Int?

  @Option(
    help: ArgumentHelp(
      "States of each round that are candidates.", visibility: .hidden))
  var keepLast = 10

  @Option(
    help: ArgumentHelp(
      "Candidates of a second label that make a sample suspicious: a share or a count.",
      visibility: .hidden))
  var threshold = TransitionThreshold.fraction(0.1)

  @Option(
    help: ArgumentHelp(
      """
      Noise added each time, in steps of the linear schedule with 1000 steps: auto finds the most \
      that clean samples bear (default: auto; --compat: 150).
      """, valueName: "steps"))
  var noiseSteps: AutomaticOr<Int>?

  @OptionGroup(title: "Sampling", visibility: .hidden) var sampling: SamplerArguments

  @Option(
    help: ArgumentHelp(
      "Candidates are the noisy samples (the paper's) or the predictions of clean images.",
      visibility: .hidden))
  var candidates = CandidateKind.samples

  @Option(
    help: ArgumentHelp(
      "Which label candidates are compared with: the dataset's label or a prediction.",
      visibility: .hidden))
  var compareWith = AnomalyFilter.Reference.label

  @Option(
    help: ArgumentHelp(
      "With --compat, what suspicious samples' labels are read from.", visibility: .hidden))
  var suspiciousLabel = SuspiciousLabel.original

  @Option(
    help:
      "paper: the paper's fixed rules; dataelixir: those of its official code, where they differ.")
  var compat = Compatibility.current

  @Flag(help: "Take suspected classes for targets, and exit with 0 where the result is unsure.")
  var forceVerdict = false

  @Option(
    help: ArgumentHelp(
      """
      Make the candidates of shard I of N only, which 'merge' goes on from; auto: of this task \
      of a Slurm array.
      """, valueName: "i/n", visibility: .hidden))
  var shard: ShardChoice?

  @OptionGroup(title: "Options of the victim model") var victim: VictimArguments

  func validate() throws {
    if keepLast < 1 { throw ValidationError("--keep-last \(keepLast): use at least 1.") }
    if case .value(let steps) = noiseSteps, steps < 1 {
      throw ValidationError("--noise-steps \(steps): use at least 1, or auto.")
    }
    if let denoiserMinutes, !(denoiserMinutes > 0 && denoiserMinutes < 1e6) {
      throw ValidationError("--denoiser-minutes \(denoiserMinutes): use more than 0.")
    }
    if !(siftShare > 0 && siftShare <= 1) {
      throw ValidationError("--sift-share \(siftShare): use a share above 0, at most 1.")
    }
    for (option, value) in [("--denoiser-steps", denoiserSteps), ("--sifters", sifters)]
    where value < 1 { throw ValidationError("\(option) \(value): use at least 1.") }
    if let rounds, rounds < 1 { throw ValidationError("--rounds \(rounds): use at least 1.") }
  }

  func run() throws {
    guard let shard = try shard?.shard() else {
      let team = try ProcessRanks.join()
      return try ProcessRanks.with(team) { try run(team: team, by: work(of: team)) }
    }
    let output = purification.destination.output
    let parts = ShardFolder(output: output)
    try run(isPart: true) { job in
      let isNew = try job.make(shard, output: output)
      try ShardCommand.process.save(for: shard, in: parts)
      print("Shard \(shard) is \(isNew ? "complete" : "there already") in \(parts.path)")
      let rest = shard.count - parts.shards(finished: true).count
      print(
        rest == 0
          ? "All shards are there; go on by: elixir-gpu merge \(output.quotedForShell)"
          : "\(rest) of \(shard.count) shards are not there yet")
      return nil
    }
  }

  /// Goes on from the shards that this command made.
  func merge() throws {
    let (output, force) = (purification.destination.output, purification.destination.force)
    try run { try $0.merge(output: output, force: force) }
  }

  /// What a rank does; nil for a process by itself.
  private func work(
    of team: RankTeam?
  ) -> ((PurificationJob<DataElixir>) throws -> PurificationReport<DataElixir>?)? {
    guard let team else { return nil }
    let (output, force) = (purification.destination.output, purification.destination.force)
    return { job in
      if team.rank == 0 { return try job.run(output: output, force: force, with: team) }
      try job.serve(team)
      return nil
    }
  }

  private func run(
    isPart: Bool = false, team: RankTeam? = nil,
    by work: ((PurificationJob<DataElixir>) throws -> PurificationReport<DataElixir>?)?
  ) throws {
    try purification.run(
      { _ in method }, isForced: forceVerdict, sizeLimit: try denoiserSide ?? Self.ownSide,
      isPart: isPart, team: team, by: work)
  }

  /// The side of the images that a denoiser of one's own is trained on, where they are larger.
  private static let ownSide = 32

  /// The side of the images that the given denoiser was trained on, if it is stated.
  private var denoiserSide: Int? {
    get throws {
      guard let denoiser else { return nil }
      let files = try DenoiserFiles(URL(fileURLWithPath: denoiser, isDirectory: true))
      return try UNet2DConfiguration(files.configuration).sampleSize.map {
        max($0.height, $0.width)
      }
    }
  }

  private var method: DataElixir {
    var method = DataElixir(denoiser: denoiser)
    method.ownDenoiser.minutes = denoiserMinutes
    method.ownDenoiser.steps = denoiserSteps
    method.ownDenoiser.share = siftShare
    method.ownDenoiser.sifters = sifters
    method.rounds = rounds
    if case .value(let steps) = noiseSteps { method.noiseSteps = steps }
    method.forcesVerdict = forceVerdict
    method.keepLast = keepLast
    method.threshold = threshold
    method.sampler = sampling.name
    method.samplerSteps = sampling.calls
    method.respacing = sampling.respacing
    method.eta = sampling.eta
    method.candidates = candidates
    method.victim = victim.options(seed: purification.seed)
    method.reference = compareWith
    method.suspiciousLabel = suspiciousLabel
    method.compatibility = compat
    method.seed = purification.seed
    return method
  }
}

extension TransitionThreshold: ExpressibleByArgument {}
extension CandidateKind: ExpressibleByArgument {}
extension AnomalyFilter.Reference: ExpressibleByArgument {}
extension SuspiciousLabel: ExpressibleByArgument {}
extension Compatibility: ExpressibleByArgument {}
