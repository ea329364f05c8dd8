import ArgumentParser
import ComputeBackend
import Critic
import Purification

/// `elixir-gpu purify mendata`: moves images towards a trusted distribution.
struct PurifyMendataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mendata",
    abstract: "Changes images a little until their features are distributed like trusted ones.",
    discussion: """
      For poison that leaves labels alone, and for data marks. A critic estimates the distance \
      (Wasserstein) between the features of the images and of a reference set, most of which is \
      clean; the images that it tells apart best move down its slope, round after round. Watch the \
      distance fall and the mean perturbation rise. Labels and reference samples stay. \
      --help-hidden shows the options of the critic.

      Examples:
        elixir-gpu purify mendata photos --features resnet18.safetensors --reference knn:500 \
      --output purified
      """)

  @OptionGroup var purification: PurificationArguments
  @OptionGroup var reference: ReferenceArguments

  @Option(help: "Rounds of the critic and the perturbations at most.")
  var rounds = 30

  @Option(
    help: """
      The share of untrusted samples moved in a round, ρ (default: 0.05; above 32 pixels \
      0.1).
      """)
  var share: Double?

  @Option(
    help: ArgumentHelp(
      """
      How far samples move down the critic's slope, l_δ; auto: so that the images of the \
      first round move by 4/255 (default: auto; the paper: 2, above 32 pixels 10).
      """, valueName: "rate"))
  var perturbationRate: AutomaticOr<Double>?

  @Option(help: "Perturbations are multiplied by this at the end, β.")
  var amplification = 2.0

  @Option(
    help: ArgumentHelp(
      "The weight of ‖δ‖² in a sample's loss, λ.", visibility: .hidden))
  var sizePenalty = 0.0

  @Option(
    help: ArgumentHelp(
      "Stop once the mean of ‖δ‖∞ reaches this, in 1/255 (default: never).",
      valueName: "levels", visibility: .hidden))
  var perturbationBudget: Double?

  @Option(
    help: ArgumentHelp(
      "Stop when the objective of so many rounds is above the least so far.",
      visibility: .hidden))
  var patience = 5

  @Option(
    help: ArgumentHelp(
      "The critic's learning rate, l_h.", visibility: .hidden))
  var criticRate: Float = 0.001

  @Option(
    help: ArgumentHelp(
      "The weight of the gradient penalty, ν.", visibility: .hidden))
  var penaltyWeight: Float = 10

  @Option(
    help: ArgumentHelp(
      "Pairs in each of the critic's steps, m.", visibility: .hidden))
  var criticBatch = 256

  @Option(
    help: ArgumentHelp(
      "Critic's steps between checkpoints, t (default: 20; above 32 pixels 1).",
      visibility: .hidden))
  var checkpointInterval: Int?

  @Option(
    help: ArgumentHelp(
      "The critic's steps in a round at most.", visibility: .hidden))
  var criticSteps = 2000

  @Option(
    help: ArgumentHelp(
      "Units of the critic's hidden layer (default: as many as features).",
      visibility: .hidden))
  var criticUnits: Int?

  @Option(
    help: ArgumentHelp(
      "The critic's activation: relu, leaky-relu or softplus.", visibility: .hidden))
  var criticActivation = CriticActivation.relu

  /// With a thousand features as many take 0.26 GB.
  private static let mostUnits = 65_536

  func validate() throws {
    func require(_ condition: Bool, _ text: String) throws {
      if !condition { throw ValidationError(text) }
    }
    try reference.require(features: true)
    if let share {
      try require(share > 0 && share <= 1, "--share \(share): use above 0, at most 1.")
    }
    if case .value(let rate) = perturbationRate {
      try require(rate > 0, "--perturbation-rate \(rate): use a number above 0, or auto.")
    }
    for (name, value) in [
      ("--amplification", amplification), ("--critic-rate", Double(criticRate)),
      ("--perturbation-budget", perturbationBudget ?? 1),
    ] { try require(value > 0, "\(name) \(value): use a number above 0.") }
    for (name, value) in [
      ("--size-penalty", sizePenalty), ("--penalty-weight", Double(penaltyWeight)),
    ] { try require(value >= 0, "\(name) \(value): use 0 or more.") }
    for (name, value) in [
      ("--rounds", rounds), ("--patience", patience), ("--critic-batch", criticBatch),
      ("--critic-steps", criticSteps), ("--checkpoint-interval", checkpointInterval ?? 1),
      ("--critic-units", criticUnits ?? 1),
    ] { try require(value >= 1, "\(name) \(value): use at least 1.") }
    try require(
      criticUnits ?? 1 <= Self.mostUnits,
      "--critic-units \(criticUnits ?? 1): use at most \(Self.mostUnits).")
  }

  func run() throws {
    try purification.run(
      { source in
        var mendata = Mendata(options(imageSide: max(source.height, source.width)))
        mendata.reference = reference.options
        mendata.seed = purification.seed
        return mendata
      }, truth: reference.truth)
  }

  private func options(imageSide: Int) -> MendataOptions {
    var options = MendataOptions(imageSide: imageSide)
    options.rounds = rounds
    if let share { options.share = share }
    if case .value(let rate) = perturbationRate { options.stepSize = rate }
    if let checkpointInterval { options.critic.checkpointInterval = checkpointInterval }
    options.patience = patience
    options.sizePenalty = sizePenalty
    options.amplification = amplification
    options.budget = perturbationBudget
    options.critic.learningRate = criticRate
    options.critic.penaltyWeight = penaltyWeight
    options.critic.batchSize = criticBatch
    options.critic.maximumSteps = criticSteps
    options.units = criticUnits
    options.activation = criticActivation
    return options
  }
}

extension CriticActivation: ExpressibleByArgument {}
