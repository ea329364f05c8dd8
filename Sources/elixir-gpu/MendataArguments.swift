import ArgumentParser
import ComputeBackend
import Critic
import Purification

/// What a user chooses of Mendata and the methods beside it.
struct MendataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Reference images: a list of samples (.txt, such as 'detect' writes), a dataset, knn:K (the K \
      most confident samples of each class by nearest neighbours), or simulated:Q,R (precision Q \
      and recall R, by --truth).
      """, valueName: "source"))
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "The ground truth for simulated:Q,R: a manifest, or the folder it lies in.", valueName: "path"
    ))
  var truth: String?

  @Option(
    help: ArgumentHelp(
      "A classifier whose features are compared: a torchvision ResNet, or one of ours.",
      valueName: "model"))
  var features: String?

  @Option(
    help: ArgumentHelp(
      "Resize images to this side before the features, within the gradients (default: their own).",
      valueName: "pixels"))
  var featureSize: Int?

  @Option(
    help: """
      mendata: the share of untrusted samples moved in a round, ρ (default: 0.05; above 32 pixels \
      0.1).
      """)
  var share: Double?

  @Option(
    help: ArgumentHelp(
      """
      mendata: how far samples move down the critic's slope, l_δ; auto: so that the images of the \
      first round move by 4/255 (default: auto; the paper: 2, above 32 pixels 10).
      """, valueName: "rate"))
  var perturbationRate: RateChoice?

  @Option(help: "mendata: perturbations are multiplied by this at the end, β.")
  var amplification = 2.0

  @Option(help: "mendata: the weight of ‖δ‖² in a sample's loss, λ.")
  var sizePenalty = 0.0

  @Option(
    help: ArgumentHelp(
      "mendata: stop once the mean of ‖δ‖∞ reaches this, in 1/255 (default: never).",
      valueName: "levels"))
  var perturbationBudget: Double?

  @Option(help: "mendata: stop when the objective of so many rounds is above the least so far.")
  var patience = 5

  @Option(help: "mendata: the critic's learning rate, l_h.")
  var criticRate: Float = 0.001

  @Option(help: "mendata: the weight of the gradient penalty, ν.")
  var penaltyWeight: Float = 10

  @Option(help: "mendata: pairs in each of the critic's steps, m.")
  var criticBatch = 256

  @Option(
    help: "mendata: critic's steps between checkpoints, t (default: 20; above 32 pixels 1).")
  var checkpointInterval: Int?

  @Option(help: "mendata: the critic's steps in a round at most.")
  var criticSteps = 2000

  @Option(help: "mendata: units of the critic's hidden layer (default: as many as features).")
  var criticUnits: Int?

  @Option(help: "mendata: the critic's activation: relu, leaky-relu or softplus.")
  var criticActivation = CriticActivation.relu

  @Option(
    name: .customLong("sigma"),
    help: ArgumentHelp("random-noise: the deviation σ in 1/255.", valueName: "levels"))
  var deviation: Float = 16

  @Option(
    name: .customLong("alpha"),
    help: ArgumentHelp("friendly-noise: the greatest change α in 1/255.", valueName: "levels"))
  var radius: Float = 16

  @Option(
    name: .customLong("mu"),
    help: "friendly-noise: the weight of the noise's size, μ.")
  var noiseWeight: Float = 1

  func validate() throws {
    func require(_ condition: Bool, _ text: String) throws {
      if !condition { throw ValidationError(text) }
    }
    if let share {
      try require(share > 0 && share <= 1, "--share \(share): use above 0, at most 1.")
    }
    if case .rate(let rate) = perturbationRate {
      try require(rate > 0, "--perturbation-rate \(rate): use a number above 0, or auto.")
    }
    if let perturbationBudget {
      try require(
        perturbationBudget > 0,
        "--perturbation-budget \(perturbationBudget): use a number above 0.")
    }
    for (name, value) in [
      ("--amplification", amplification), ("--critic-rate", Double(criticRate)),
      ("--sigma", Double(deviation)), ("--alpha", Double(radius)),
    ] { try require(value > 0, "\(name) \(value): use a number above 0.") }
    for (name, value) in [
      ("--size-penalty", sizePenalty), ("--penalty-weight", Double(penaltyWeight)),
      ("--mu", Double(noiseWeight)),
    ] { try require(value >= 0, "\(name) \(value): use 0 or more.") }
    for (name, value) in [
      ("--patience", patience), ("--critic-batch", criticBatch), ("--critic-steps", criticSteps),
      ("--checkpoint-interval", checkpointInterval ?? 1), ("--critic-units", criticUnits ?? 1),
      ("--feature-size", featureSize ?? 1),
    ] { try require(value >= 1, "\(name) \(value): use at least 1.") }
    if let reference {
      try require(
        ReferenceSource(reference) != nil,
        "--reference \(reference): use a path, knn:K or simulated:Q,R with numbers.")
    }
  }

  /// Mendata's options for images of a side.
  func mendata(rounds: Int?, imageSide: Int) -> MendataOptions {
    var options = MendataOptions(imageSide: imageSide)
    if let rounds { options.rounds = rounds }
    if let share { options.share = share }
    if case .rate(let rate) = perturbationRate { options.stepSize = rate }
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

/// `auto` or a number.
enum RateChoice: ExpressibleByArgument, Equatable {
  case auto
  case rate(Double)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let rate = Double(argument) {
      self = .rate(rate)
    } else {
      return nil
    }
  }
}

extension CriticActivation: ExpressibleByArgument {}
