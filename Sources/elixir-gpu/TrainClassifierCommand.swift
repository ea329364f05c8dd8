import ArgumentParser
import Datasets
import Foundation
import Models
import Runs
import Support
import Training

/// `elixir-gpu train classifier`.
struct TrainClassifierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier",
    abstract: "Trains a residual network by cross entropy.",
    discussion: """
      Writes a safetensors file that PyTorch reads too. By default SGD with Nesterov momentum, \
      rate 0.05 falling along a cosine, batches of 128.

      A state is saved every few seconds beside the output; a training that was stopped, or \
      killed, goes on with --resume and ends with the same weights.

      Examples:
        elixir-gpu train classifier cifar-10-batches-bin --test test_batch.bin --crop 4 --flip \
      --output resnet20.safetensors
        elixir-gpu train classifier mnist/train --architecture preact_resnet18 --width 16 \
      --epochs 10 --output digits.safetensors
      """)

  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @Option(help: ArgumentHelp("The file to write.", valueName: "safetensors"))
  var output: String

  @Option(help: "Images to measure the accuracy on, in any of the layouts.")
  var test: String?

  @Option(help: "resnet20, resnet18, resnet34 or preact_resnet18.")
  var architecture = ClassifierConfiguration.Architecture.resNet20

  @Option(help: "Channels after the first convolution (default: 64, resnet20: 16).")
  var width: Int?

  @Option(help: "First layers of resnet18 and resnet34: cifar or imagenet.")
  var stem = ClassifierConfiguration.Stem.cifar

  @Option(help: ArgumentHelp("Start from these weights.", valueName: "safetensors"))
  var `init`: String?

  @Flag(help: "Train the last layer only, on the features of --init.")
  var lastLayer = false

  @Option(help: "Passes over the images.")
  var epochs = 30

  @OptionGroup var training: TrainingArguments

  func validate() throws {
    if epochs < 1 { throw ValidationError("--epochs \(epochs): use at least 1.") }
    if let width { try ClassifierArguments.check(width: width) }
    if lastLayer && `init` == nil { throw ValidationError("--last-layer needs --init.") }
  }

  func run() throws {
    let file = URL(fileURLWithPath: output)
    let state = file.deletingPathExtension().appendingPathExtension("training-state.safetensors")
    let folder = file.deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw TrainingError.noFolder(path: folder)
    }
    try training.check(
      output, files: [file, state], inputs: [dataset] + [test, `init`].compactMap(\.self))
    let images = try reading.open(dataset)
    let testImages = try test.map {
      try reading.open($0, split: .test, classNames: images.classNames)
    }
    let network = try makeNetwork(for: images)
    var recipe = ClassifierRecipe(
      epochs: epochs, augmentation: training.augmentation, seed: training.seed)
    recipe.batchSize = training.batch ?? recipe.batchSize
    try training.apply(to: &recipe.optimizer)
    print(
      "Training \(architecture.rawValue) (\(network.weightCount) weights) on \(images.count) "
        + "images of \(images.shape), \(images.classCount) classes")
    let trainer = try ClassifierTrainer(
      network, recipe: recipe, images: images, lastLayerOnly: lastLayer, stateFile: state)
    let run = Run.onConsole(interrupted: TrainingArguments.goesOn)
    var last: TrainingProgress?
    try run.measure("training") {
      try trainer.train(resume: training.resume) { progress in
        try run.show(progress, of: "training")
        last = progress
      }
    }
    try run.noteTimes()
    try ClassifierFile.save(network, to: file)
    try run.keepRecord(
      beside: output,
      try training.identity(
        "train classifier", recipe: recipe, on: [images], network.backend))
    if let last { print("Last loss \(last.lossText)") }
    if let testImages {
      let accuracy = try network.accuracy(on: testImages)
      print(
        "Accuracy on \(testImages.count) test images: \(NumberFormat.percent(accuracy, digits: 2))")
    }
    print("Written to \(output)")
  }

  private func makeNetwork(for images: ImageDataset) throws -> any Classifier {
    let backend = try training.device.makeBackend()
    if let `init` { return try ClassifierFile.load(URL(fileURLWithPath: `init`), on: backend) }
    let configuration = ClassifierConfiguration(
      architecture, classes: images.classCount, inputChannels: images.channels, width: width,
      stem: stem, imageSize: max(images.height, images.width))
    return ClassifierFile.random(configuration, seed: training.seed, on: backend)
  }
}

extension ClassifierConfiguration.Architecture: ExpressibleByArgument {
  /// Those that can be made with random weights; others are read from files.
  public init?(argument: String) {
    guard let architecture = Self(rawValue: argument), Self.trainable.contains(architecture) else {
      return nil
    }
    self = architecture
  }

  public static var allValueStrings: [String] { trainable.map(\.rawValue) }
}
extension ClassifierConfiguration.Stem: ExpressibleByArgument {}
