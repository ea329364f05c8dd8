import ComputeBackend
import Devices
import Foundation
import Models
import NeuralNet
import TestSupport
import Testing
import Training

@Suite struct ClassifierTrainerTests {
  private func network(seed: UInt64 = 3) throws -> any Classifier {
    ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 2, inputChannels: 1, width: 4, imageSize: 8),
      seed: seed, on: try Devices.make("cpu"))
  }

  private func recipe(_ kind: OptimizerRecipe.Kind = .sgd, averages: Bool = false)
    -> ClassifierRecipe
  {
    ClassifierRecipe(
      optimizer: OptimizerRecipe(
        kind: kind, learningRate: kind == .sgd ? 0.1 : 0.01, decay: .cosine, weightDecay: 5e-4,
        clipNorm: 5, averageDecay: averages ? 0.9 : nil),
      epochs: 3, batchSize: 16, augmentation: Augmentation(cropPadding: 1, flips: true), seed: 4)
  }

  private func weights(_ network: any Classifier) throws -> [[Float]] {
    try network.parameters.parameters.map { try $0.exported() }
  }

  @Test func learnsAndCountsAccuracy() throws {
    let network = try network()
    let images = MemoryImages.bars(count: 64)
    var reports: [TrainingProgress] = []
    try ClassifierTrainer(network, recipe: recipe(), images: images)
      .train(intervals: TrainingIntervals(report: .zero)) { reports.append($0) }
    #expect(reports.map(\.step) == Array(1...12))
    #expect(reports.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(reports[11].loss < reports[0].loss / 2)
    #expect(reports[11].isLast && reports[11].secondsLeft == 0)
    #expect(try network.accuracy(on: images, batchSize: 24) > 0.95)
    // Half of the labels turned round: the accuracy follows.
    var turned = images
    for sample in 0..<32 { turned.labels[sample] = 1 - turned.labels[sample] }
    let sum = try network.accuracy(on: turned)
    #expect(abs(sum - 0.5) < 0.06)
  }

  @Test func trainsTheLastLayerAlone() throws {
    let network = try network()
    let before = Dictionary(
      uniqueKeysWithValues: try network.parameters.parameters.map { ($0.name, try $0.exported()) })
    var losses: [Float] = []
    try ClassifierTrainer(
      network, recipe: recipe(), images: MemoryImages.bars(count: 64), lastLayerOnly: true
    ).train(intervals: TrainingIntervals(report: .zero)) { losses.append($0.loss) }
    for parameter in network.parameters.parameters {
      let isHead = parameter.name.hasPrefix("linear.")
      #expect((try parameter.exported() != before[parameter.name]) == isHead, "\(parameter.name)")
    }
    #expect(losses[11] < losses[0])
  }

  @Test(arguments: [OptimizerRecipe.Kind.sgd, .adamw])
  func resumedTrainingEndsWithTheSameWeights(_ kind: OptimizerRecipe.Kind) throws {
    let images = MemoryImages.bars(count: 48)
    let recipe = recipe(kind, averages: true)
    let whole = try network()
    try ClassifierTrainer(whole, recipe: recipe, images: images).train()

    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    let every = TrainingIntervals(report: .zero, save: .zero)
    for stop in [4, 7] {
      #expect(throws: Killed.self) {
        try ClassifierTrainer(try network(), recipe: recipe, images: images, stateFile: file)
          .train(resume: true, intervals: every) { if $0.step == stop { throw Killed() } }
      }
    }
    let resumed = try network(seed: 99)
    var steps: [Int] = []
    try ClassifierTrainer(resumed, recipe: recipe, images: images, stateFile: file)
      .train(resume: true, intervals: every) { steps.append($0.step) }
    // Each was saved as it stopped.
    #expect(steps == [8, 9])
    #expect(try weights(resumed) == weights(whole))
  }

  /// Interrupted in the third epoch, a training shows each once, in evaluation, and ends with the
  /// weights of one without a hook.
  @Test func theHookSeesEveryEpochOnce() throws {
    let images = MemoryImages.bars(count: 48)
    let whole = try network()
    try ClassifierTrainer(whole, recipe: recipe(), images: images).train()
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    let every = TrainingIntervals(report: .zero, save: .zero)
    var seen: [Int] = []
    var losses: [[Float]] = []
    func train(_ network: any Classifier, stop: Int) throws {
      try ClassifierTrainer(network, recipe: recipe(), images: images, stateFile: file).train(
        resume: true, intervals: every, progress: { if $0.step == stop { throw Killed() } },
        afterEpoch: { epoch in
          #expect(network.parameters.normalizations.allSatisfy { !$0.isTraining })
          seen.append(epoch)
          losses.append(try network.losses(on: images, batchSize: 20))
        })
    }
    #expect(throws: Killed.self) { try train(try network(), stop: 8) }
    #expect(seen == [1, 2])
    let resumed = try network(seed: 99)
    try train(resumed, stop: -1)
    #expect(seen == [1, 2, 3])
    #expect(try weights(resumed) == weights(whole))
    #expect(try losses[2] == whole.losses(on: images))
    #expect(losses[2].reduce(0, +) < losses[0].reduce(0, +))
  }

  @Test func refusesAStateOfAnotherTraining() throws {
    let images = MemoryImages.bars(count: 32)
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    try ClassifierTrainer(try network(), recipe: recipe(), images: images, stateFile: file).train()
    func expectRefusal(
      _ difference: String, _ trainer: @autoclosure () throws -> ClassifierTrainer,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        throws: TrainingError.otherTraining(path: file.path, difference: difference),
        sourceLocation: sourceLocation
      ) { try trainer().train(resume: true) }
    }
    var other = recipe()
    other.batchSize = 8
    expectRefusal(
      "options",
      try ClassifierTrainer(try network(), recipe: other, images: images, stateFile: file))
    // One pixel, or one label, of as many images.
    var (pixels, labels) = (images, images)
    pixels.pixels[700] ^= 1
    labels.labels[31] = 0
    for images in [pixels, labels] {
      expectRefusal(
        "images",
        try ClassifierTrainer(try network(), recipe: recipe(), images: images, stateFile: file))
    }
    expectRefusal(
      "initial weights",
      try ClassifierTrainer(
        try network(), recipe: recipe(), images: images, lastLayerOnly: true, stateFile: file))
    try ClassifierTrainer(try network(), recipe: recipe(), images: images, stateFile: file)
      .train(resume: true)
  }

  @Test func aLastLayerGoesOnWithTheSameFeaturesOnly() throws {
    let images = MemoryImages.bars(count: 32)
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    func train(seed: UInt64) throws {
      try ClassifierTrainer(
        try network(seed: seed), recipe: recipe(), images: images, lastLayerOnly: true,
        stateFile: file
      ).train(resume: true)
    }
    try train(seed: 3)
    try train(seed: 3)
    #expect(
      throws: TrainingError.otherTraining(path: file.path, difference: "initial weights")
    ) { try train(seed: 4) }
  }

  @Test(.enabled(if: TestDevices.all.count > 1))
  func refusesAStateOfAnotherDevice() throws {
    let images = MemoryImages.bars(count: 32)
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    let configuration = try network().configuration
    func train(_ device: String) throws {
      let network = ClassifierFile.random(
        configuration, seed: 3, on: try Devices.make(device))
      var recipe = recipe()
      recipe.epochs = 1
      try ClassifierTrainer(network, recipe: recipe, images: images, stateFile: file)
        .train(resume: true)
    }
    try train("cpu")
    let error = #expect(throws: TrainingError.self) { try train("opencl") }
    #expect(error == .otherTraining(path: file.path, difference: "device"))
  }

  @Test func divergenceStopsWithTheLastGoodState() throws {
    let images = MemoryImages.bars(count: 32)
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("state.safetensors")
    var wild = recipe()
    wild.optimizer.clipNorm = nil
    wild.optimizer.learningRate = 1e30
    wild.optimizer.decay = .constant
    wild.optimizer.warmupSteps = 1_000_000
    wild.epochs = 50
    do {
      try ClassifierTrainer(try network(), recipe: wild, images: images, stateFile: file)
        .train(intervals: TrainingIntervals(report: .zero, save: .zero))
      Issue.record("did not diverge")
    } catch TrainingError.diverged(let step, let state) {
      #expect(step < 100)
      #expect(state == nil || state == file.path)
    }
  }

  @Test func refusesImagesThatDoNotFit() throws {
    var images = MemoryImages.bars(count: 8)
    images.classCount = 3
    #expect(throws: TrainingError.images("3 classes do not fit a classifier of 2")) {
      try ClassifierTrainer(try network(), recipe: recipe(), images: images)
    }
    #expect(throws: TrainingError.tooFewImages(count: 1, needed: 2)) {
      try ClassifierTrainer(
        try network(), recipe: recipe(),
        images: ImageSelection(MemoryImages.bars(count: 8), indices: [0]))
    }
  }
}
