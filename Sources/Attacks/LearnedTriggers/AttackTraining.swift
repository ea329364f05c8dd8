import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet
import Runs
import Training

/// How an attacker trains networks of his own.
public struct AttackTraining {
  /// The classifier that is trained together with a trigger, and the recipe of all trainings.
  public var plan: ClassifierPlan
  /// How often trainings report and save their states.
  public var intervals = TrainingIntervals()
  /// Makes the device, when it is needed.
  public var backend: () throws -> any ComputeBackend

  public init(_ plan: ClassifierPlan, on backend: @escaping () throws -> any ComputeBackend) {
    self.plan = plan
    self.backend = backend
  }

  /// A recipe that suits triggers of small images; as many steps as `ClassifierRecipe.victim`.
  public static func recipe(seed: UInt64) -> ClassifierRecipe {
    var recipe = ClassifierRecipe.victim(seed: seed)
    recipe.optimizer = OptimizerRecipe(
      kind: .adam, learningRate: 0.002, decay: .cosine, warmupSteps: 20)
    recipe.augmentation = .none
    return recipe
  }

  /// A part of a training: what it is called, and its share of the recipe's steps.
  struct Phase {
    var name: String
    var share = 1.0
  }

  /// Images in [0, 1] with their labels and numbers.
  struct Examples {
    var images: Tensor
    var labels: [Int32]
    var samples: [Int32]
    /// Steps done, and those of the whole phase.
    var step: Int
    var steps: Int
  }

  /// What a result depends on besides the images.
  private struct Options<Attack: Encodable>: Encodable {
    var attack: Attack
    var plan: ClassifierPlan
  }

  /// Trains modules of one device together, which then are set to evaluation.
  ///
  /// - Parameters:
  ///   - identity: what the result depends on besides the recipe.
  ///   - loss: `[1]`, a function of the examples alone.
  /// - Throws: `TrainingError`.
  func train(
    _ modules: [any Module], on images: any LabelledImages, _ phase: Phase,
    identity: some Encodable, in context: AttackContext, loss: (Examples) throws -> Tensor
  ) throws {
    let (recipe, group) = (plan.recipe, ModuleGroup(modules))
    let channels = images.shape.channels
    let loader = BatchLoader(
      images, batchSize: recipe.batchSize,
      normalization: InputNormalization(
        mean: [Float](repeating: 0, count: channels),
        standardDeviation: [Float](repeating: 1, count: channels)),
      augmentation: recipe.augmentation, seed: recipe.seed)
    let name = phase.name.replacingOccurrences(of: " ", with: "-")
    let stateFile = try context.folder?.stateFile(name, on: group.backend)
    let loop = TrainingLoop(
      model: group, recipe: recipe.optimizer,
      states: try stateFile.map { file in
        let options = Options(attack: identity, plan: plan)
        return (
          file,
          try TrainingIdentity(
            options: options, network: phase.name, images: images, on: group.backend)
        )
      })
    try loop.resume()
    let all = Double(recipe.steps(perEpoch: loader.batchesPerEpoch))
    let steps = max(1, Int((phase.share * all).rounded()))
    let limits = TrainingLoop.Limits(
      steps: steps, batchSize: loader.batchSize, stepsPerEpoch: loader.batchesPerEpoch,
      intervals: intervals)
    let batches = Prefetcher(from: loop.step) { try loader.batch(step: $0) }
    group.setTraining(true)
    defer { group.setTraining(false) }
    try context.run.measure(phase.name) {
      try loop.run(
        limits,
        progress: { try context.run.show($0, of: phase.name) },
        loss: { step in
          let batch = try batches.next()
          return try loss(
            Examples(
              images: Tensor(batch.pixels, shape: batch.tensorShape, on: group.backend),
              labels: batch.labels, samples: batch.samples, step: step, steps: steps))
        })
    }
  }

  /// Says how many poisons of a plan the attacker's own model takes for what he wants.
  func success(of plan: PoisonPlan, by classifier: any Classifier) throws -> String {
    let poisons = PoisonedImages(
      plan.dataset, poisons: plan.samples, pixels: try plan.images(plan.samples))
    let found = try classifier.predictions(for: ImageSelection(poisons, indices: plan.samples))
    let successes = zip(found, plan.samples).count { $0 == plan.label($1) }
    return "The attacker's own model gives \(successes) of \(plan.samples.count) poisons the "
      + "attacker's label"
  }
}

/// Several modules as one.
private final class ModuleGroup: Module {
  private let modules: [any Module]

  init(_ modules: [any Module]) { self.modules = modules }

  func collectParameters(into list: inout ParameterList) {
    for module in modules { module.collectParameters(into: &list) }
  }
}
