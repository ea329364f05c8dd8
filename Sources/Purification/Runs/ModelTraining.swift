import ComputeBackend
import Datasets
import Foundation
import Models
import Training

/// Trains the victim and the benign model, and keeps them in the run's folder.
struct ModelTraining: BenignTrainer {
  let options: VictimOptions
  let shape: ImageShape
  let classCount: Int
  let seed: UInt64
  let folder: RunFolder
  let backend: any ComputeBackend
  let events: PurificationEvents

  /// The second stage's learning rate is this share of the first's, as in the official code.
  static let secondStageRate: Float = 0.2
  /// The second stage has this share of the first's epochs.
  static let secondStageEpochs = 0.5

  /// The model that was given, or one trained on the dataset as it is.
  func victim(on images: any LabelledImages) throws -> any Classifier {
    if let path = options.model { return try load(URL(fileURLWithPath: path)) }
    return try trained("victim", phase: "victim model", on: images, recipe: recipe) {
      try initialNetwork(seed: seed)
    }
  }

  func train(_ stage: BenignStage, on images: any LabelledImages) throws -> any LabelModel {
    var recipe = recipe
    let network: any Classifier
    switch stage {
    case .first:
      // Other weights and another order of images than the victim's.
      recipe.seed = seed &+ 1
      network = try trained(name(.first), phase: "benign model", on: images, recipe: recipe) {
        try initialNetwork(seed: recipe.seed)
      }
    case .second:
      recipe.seed = seed &+ 2
      recipe.optimizer.learningRate *= Self.secondStageRate
      recipe.minimumSteps = Int(Double(recipe.minimumSteps) * Self.secondStageEpochs)
      recipe.epochs = max(1, Int((Double(recipe.epochs) * Self.secondStageEpochs).rounded()))
      network = try trained(
        name(.second), phase: "benign model, second stage", on: images, recipe: recipe
      ) { try load(folder.file(name(.first) + ".safetensors")) }
    }
    return try ClassifierLabels(network, shape: shape, on: backend)
  }

  /// The benign model after its last stage; nil if none was trained.
  func finishedBenignModel() throws -> (any Classifier)? {
    for stage in BenignStage.allCases.reversed() {
      let name = name(stage) + ".safetensors"
      if folder.contains(name) { return try load(folder.file(name)) }
    }
    return nil
  }

  private var recipe: ClassifierRecipe {
    var recipe = options.recipe
    recipe.seed = seed
    return recipe
  }

  private func name(_ stage: BenignStage) -> String { "benign-\(stage.rawValue)" }

  /// The finished model of that name if the folder has it, else a newly trained one.
  private func trained(
    _ name: String, phase: String, on images: any LabelledImages, recipe: ClassifierRecipe,
    start: () throws -> any Classifier
  ) throws -> any Classifier {
    let file = folder.file(name + ".safetensors")
    let state = name + "-state.safetensors"
    if folder.contains(name + ".safetensors") { return try load(file) }
    let trainer = try ClassifierTrainer(
      try start(), recipe: recipe, images: images, stateFile: folder.file(state))
    try trainer.train(resume: true) { try events.progress(phase, $0.line, $0.isLast) }
    try ClassifierFile.save(trainer.network, to: file)
    folder.delete(state)
    return trainer.network
  }

  private func initialNetwork(seed: UInt64) throws -> any Classifier {
    if let path = options.initial { return try load(URL(fileURLWithPath: path)) }
    return ClassifierFile.random(try configuration(), seed: seed, on: backend)
  }

  /// That of the given victim, or what the options say.
  private func configuration() throws -> ClassifierConfiguration {
    if let path = options.model { return try load(URL(fileURLWithPath: path)).configuration }
    guard let architecture = ClassifierConfiguration.Architecture(rawValue: options.architecture)
    else { preconditionFailure("ModelTraining: architecture \(options.architecture)") }
    return ClassifierConfiguration(
      architecture, classes: classCount, inputChannels: shape.channels, width: options.width,
      imageSize: shape.height)
  }

  private func load(_ url: URL) throws -> any Classifier {
    try ClassifierFile.load(url, on: backend)
  }
}
