import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Training

/// Trains the victim and the benign model, and keeps them in the run's folder.
struct ModelTraining: BenignTrainer {
  let options: VictimOptions
  let shape: ImageShape
  let seed: UInt64
  let folder: RunFolder
  let devices: DevicePool
  let run: Run

  /// Where models are trained.
  private var backend: any ComputeBackend { devices.first }

  init(_ options: VictimOptions, seed: UInt64, in context: PurificationContext, folder: RunFolder) {
    self.options = options
    self.seed = seed
    self.folder = folder
    shape = context.dataset.shape
    devices = context.devices
    run = context.run
  }

  /// The second stage's learning rate is this share of the first's, as in the official code.
  static let secondStageRate: Float = 0.2
  /// The second stage has this share of the first's epochs.
  static let secondStageEpochs = 0.5

  /// The model that was given, or one trained on the dataset as it is.
  func victim(on images: any LabelledImages) throws -> any Classifier {
    if let path = options.model { return try load(URL(fileURLWithPath: path)) }
    return try trained("victim", phase: "victim model", by: plan(seed), on: images)
  }

  func train(_ stage: BenignStage, on images: any LabelledImages) throws -> any LabelModel {
    let network: any Classifier
    switch stage {
    case .first:
      // Other weights and another order of images than the victim's.
      network = try trained(
        name(.first), phase: "benign model", by: plan(seed &+ 1), on: images)
    case .second:
      var plan = plan(seed &+ 2)
      plan.recipe.optimizer.learningRate *= Self.secondStageRate
      plan.recipe.minimumSteps = Int(Double(plan.recipe.minimumSteps) * Self.secondStageEpochs)
      plan.recipe.epochs = max(
        1, Int((Double(plan.recipe.epochs) * Self.secondStageEpochs).rounded()))
      plan.initial = folder.file(name(.first) + ".safetensors").path
      network = try trained(
        name(.second), phase: "benign model, second stage", by: plan, on: images)
    }
    return try ClassifierLabels(network, shape: shape, on: devices)
  }

  /// The benign model after its last stage; nil if none was trained.
  func finishedBenignModel() throws -> (any Classifier)? {
    for stage in BenignStage.allCases.reversed() {
      let name = name(stage) + ".safetensors"
      if folder.contains(name) { return try load(folder.file(name)) }
    }
    return nil
  }

  private func plan(_ seed: UInt64) -> ClassifierPlan {
    var plan = options.plan
    plan.recipe.seed = seed
    return plan
  }

  private func name(_ stage: BenignStage) -> String { "benign-\(stage.rawValue)" }

  /// The finished model of that name if the folder has it, else a newly trained one.
  private func trained(
    _ name: String, phase: String, by plan: ClassifierPlan, on images: any LabelledImages
  ) throws -> any Classifier {
    try plan.train(
      on: images, backend: backend, keptAt: folder.file(name + ".safetensors"), phase: phase,
      in: run, network: { try newNetwork(plan, for: images) })
  }

  /// The benign model is built like a victim that was given.
  private func newNetwork(
    _ plan: ClassifierPlan, for images: any LabelledImages
  ) throws -> any Classifier {
    guard plan.initial == nil, let path = options.model else {
      return try plan.makeNetwork(for: images, on: backend)
    }
    return ClassifierFile.random(
      try load(URL(fileURLWithPath: path)).configuration, seed: plan.recipe.seed, on: backend)
  }

  private func load(_ url: URL) throws -> any Classifier {
    try ClassifierFile.load(url, on: backend)
  }
}
