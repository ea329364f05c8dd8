import ArgumentParser
import ComputeBackend
import Datasets
import Foundation
import Runs
import Support
import Training

/// `elixir-gpu train`: makes classifiers and denoisers.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a classifier, or a denoiser to purify with.",
    subcommands: [TrainClassifierCommand.self, TrainDenoiserCommand.self])
}

/// What both trainings take: how to optimise, and how to stop and go on.
struct TrainingArguments: ParsableArguments {
  enum Decay: String, ExpressibleByArgument, CaseIterable {
    case constant, cosine, multistep
  }

  @Option(help: "Images in each step.")
  var batch: Int?

  @Option(help: "sgd, adam or adamw.")
  var optimizer: OptimizerRecipe.Kind?

  @Option(help: "The highest learning rate.")
  var learningRate: Float?

  @Option(help: "How the learning rate goes down: constant, cosine or multistep.")
  var schedule: Decay?

  @Option(help: "multistep: shares of the training after which the rate falls.")
  var milestones = "0.5,0.75"

  @Option(help: "multistep: the factor by which it falls.")
  var gamma: Float = 0.1

  @Option(help: "Steps over which the learning rate rises.")
  var warmup: Int?

  @Option(help: "Weight decay.")
  var weightDecay: Float?

  @Option(help: "Limits the norm of the gradients; 0 for no limit.")
  var clip: Float?

  @Option(help: "Decay of the average of the weights that is the result; 0 for none.")
  var average: Float?

  @Option(help: "Augmentation: cut windows from images with so many pixels of black border.")
  var crop = 0

  @Flag(help: "Augmentation: mirror half of the images; wrong for digits and letters.")
  var flip = false

  @Option(help: "Determines initial weights, order, augmentation and noise.")
  var seed: UInt64 = 0

  @Flag(help: "Go on from the state that a stopped training saved.")
  var resume = false

  @Flag(help: "Replace the output of an earlier training.")
  var force = false

  @OptionGroup var device: DeviceArguments

  /// How a training goes on that was interrupted.
  static let goesOn = "the same command with --resume goes on from here"

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if let learningRate, !(learningRate > 0) {
      throw ValidationError("--learning-rate \(learningRate): use a number above 0.")
    }
    if let average, !(0..<1).contains(average) {
      throw ValidationError("--average \(average): use 0, or a number below 1 such as 0.999.")
    }
    if crop < 0 { throw ValidationError("--crop \(crop): use 0 or more.") }
    if resume && force { throw ValidationError("--resume and --force exclude each other.") }
    _ = try shares()
  }

  private func shares() throws -> [Double] {
    try milestones.split(separator: ",").map { text in
      guard let share = Double(text), share > 0, share < 1 else {
        throw ValidationError("--milestones \(milestones): use shares such as 0.5,0.75.")
      }
      return share
    }
  }

  /// The recipe with everything that was given.
  func apply(to recipe: inout OptimizerRecipe) throws {
    if let optimizer { recipe.kind = optimizer }
    if let learningRate { recipe.learningRate = learningRate }
    switch schedule {
    case nil: break
    case .constant?: recipe.decay = .constant
    case .cosine?: recipe.decay = .cosine
    case .multistep?: recipe.decay = .multiStep(at: try shares(), factor: gamma)
    }
    if let warmup { recipe.warmupSteps = warmup }
    if let weightDecay { recipe.weightDecay = weightDecay }
    if let clip { recipe.clipNorm = clip > 0 ? clip : nil }
    if let average { recipe.averageDecay = average > 0 ? average : nil }
  }

  /// What a training's record says of it.
  func identity(
    _ method: String, recipe: some Encodable, on datasets: [ImageDataset],
    _ backend: any ComputeBackend
  ) throws -> [String: String] {
    var identity = [
      "method": method, "recipe": try JSONText.line(recipe),
      "device": backend.description.identifier,
      "precision": backend.description.precision.rawValue,
    ]
    for (place, dataset) in datasets.enumerated() {
      let name = datasets.count == 1 ? "dataset" : "dataset \(place + 1) checksum"
      identity[name] = try dataset.fingerprint()
    }
    return identity
  }

  var augmentation: Augmentation { Augmentation(cropPadding: crop, flips: flip) }

  /// Throws if an earlier output would be lost that was not asked to be replaced, or an input;
  /// keeps others from writing the output.
  ///
  /// - Parameter files: of the output, which may be one of them or hold them.
  func check(_ output: String, files: [URL], inputs: [String]) throws {
    for file in files where Directory.kind(FileName(file.path)) != nil {
      guard resume || force else { throw TrainingError.outputExists(path: file.path) }
      try OutputFile.check(file.path, force: true, inputs: inputs)
    }
    try OutputLock.hold(output)
  }
}

extension OptimizerRecipe.Kind: ExpressibleByArgument {}
