import Attacks
import Datasets
import Devices
import Foundation
import Models
import TestSupport
import Testing
import Training

@Suite struct GradientMatchingJobTests {
  /// 60 shapes, six of each class, and 20 test images.
  private func source(
    _ folder: TemporaryFolder
  ) throws -> (training: ImageDataset, test: ImageDataset) {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 20)
    return (
      try ImageDataset.open(folder.path + "/clean"),
      try ImageDataset.open(folder.path + "/clean", split: .test)
    )
  }

  private func surrogate(classes: Int = 10) throws -> any Classifier {
    ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: classes, width: 4), seed: 1,
      on: try Devices.make("cpu"))
  }

  private func options(rate: Double = 0.05) -> GradientMatchingOptions {
    var options = GradientMatchingOptions()
    options.rate = rate
    options.iterations = 2
    options.epsilon = 8
    options.seed = 6
    return options
  }

  /// What every output of the attack must be.
  private func check(
    _ manifest: PoisonManifest, in output: String, clean: ImageDataset, target: Int32
  ) throws {
    #expect(try PoisonManifest.load(output) == manifest)
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels)
    #expect(manifest.samples.count == 3 && manifest.epsilon == 8)
    let indices = manifest.samples.map(\.index)
    for index in 0..<60 {
      let (before, after) = (try clean.images([index]), try poisoned.images([index]))
      guard indices.contains(index) else {
        #expect(before == after)
        continue
      }
      #expect(clean.labels[index] == target)
      let moves = zip(before, after).map { abs(Int($0) - Int($1)) }
      #expect(moves.max() == 8)
    }
    let preview = try PNG.read(output + "/poison-preview.png")
    #expect(preview.shape.channels == 3)
  }

  @Test func aTargetedAttackWritesTheTarget() throws {
    let folder = try TemporaryFolder()
    let (clean, test) = try source(folder)
    let image = try TargetImage(13, of: test, intended: 4)
    let job = try GradientMatchingJob(dataset: clean, goal: .image(image), options: options())
    let output = folder.path + "/poisoned"
    var last = 0
    let (manifest, cosine) = try job.run(
      surrogate: try surrogate(), name: "s", savesSurrogate: true, output: output
    ) { last = $0.iteration }
    try check(manifest, in: output, clean: clean, target: 4)
    #expect(last == 4)
    #expect((-1...1).contains(cosine))
    #expect(manifest.mapping == .oneImage && manifest.target == 4)
    #expect(manifest.targetImage?.label == 3 && manifest.targetImage?.index == 13)
    #expect(try manifest.goal(in: output, shape: clean.shape) == .image(image))
    let saved = try ClassifierFile.load(
      URL(fileURLWithPath: output + "/surrogate.safetensors"), on: try Devices.make("cpu"))
    #expect(saved.configuration.classes == 10)
    try job.run(surrogate: try surrogate(), name: "s", output: folder.path + "/again")
    for file in ["data_batch_1.bin", "target.png", "poison-manifest.json", "poison-preview.png"] {
      #expect(try folder.read("poisoned/" + file) == folder.read("again/" + file))
    }
  }

  @Test(arguments: [PoisonManifest.Placement.corner, .random])
  func aTriggeredAttackWritesThePatch(placement: PoisonManifest.Placement) throws {
    let folder = try TemporaryFolder()
    let (clean, _) = try source(folder)
    let patch = Trigger.randomPatch(clean.shape, seed: 6)
    let trigger =
      placement == .corner
      ? Trigger.corner(patch, for: clean.shape)
      : Trigger(kind: .movingPatch(seed: 6), pattern: patch, shape: clean.shape)
    let goal = AttackGoal.trigger(trigger, .oneToOne(source: 2, target: 7))
    var options = options()
    options.choice = .gradient
    let job = try GradientMatchingJob(dataset: clean, goal: goal, options: options)
    let output = folder.path + "/poisoned"
    let (manifest, _) = try job.run(surrogate: try surrogate(), name: "s", output: output)
    try check(manifest, in: output, clean: clean, target: 7)
    #expect(manifest.placement == placement && manifest.source == 2)
    #expect(try manifest.goal(in: output, shape: clean.shape) == goal)
    #expect(try !folder.entries("poisoned").contains("surrogate.safetensors"))
  }

  @Test func retrainingIsOnThePoisonsAndRepeats() throws {
    let folder = try TemporaryFolder()
    let (clean, test) = try source(folder)
    let goal = AttackGoal.image(try TargetImage(13, of: test, intended: 4))
    func run(_ interval: Int?, output: String) throws -> (bytes: [UInt8], trainings: Int) {
      var options = options()
      options.iterations = 3
      options.restarts = 1
      options.retrainingInterval = interval
      let plan = ClassifierPlan(
        .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 1, batchSize: 20))
      var trainings = 0
      try GradientMatchingJob(dataset: clean, goal: goal, options: options).run(
        surrogate: try surrogate(), name: "s", retraining: plan, output: folder.path + "/" + output
      ) { progress in
        if progress.retraining?.isLast == true { trainings += 1 }
      }
      return (try folder.read(output + "/data_batch_1.bin"), trainings)
    }
    let (retrained, again, never) = (
      try run(1, output: "a"), try run(1, output: "b"), try run(nil, output: "c")
    )
    #expect(retrained.trainings == 2 && never.trainings == 0)
    #expect(retrained.bytes == again.bytes)
    #expect(retrained.bytes != never.bytes)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let folder = try TemporaryFolder()
    let (clean, test) = try source(folder)
    #expect(throws: AttackError.noTargetImage(index: 20, path: test.path, count: 20)) {
      try TargetImage(20, of: test, intended: 4)
    }
    #expect(throws: AttackError.targetHasLabel(index: 13, path: test.path, label: 3)) {
      try TargetImage(13, of: test, intended: 3)
    }
    let image = AttackGoal.image(try TargetImage(13, of: test, intended: 4))
    func failure(
      _ goal: AttackGoal, classes: Int = 10, rate: Double = 0.05
    ) throws -> AttackError? {
      try #require(
        throws: AttackError.self,
        performing: {
          try GradientMatchingJob(dataset: clean, goal: goal, options: options(rate: rate))
            .run(surrogate: surrogate(classes: classes), name: "s", output: folder.path + "/out")
        })
    }
    #expect(try failure(image, rate: 0.2) == .cannotSelect(wanted: 12, available: 6, rate: 0.2))
    let misfit = try failure(image, classes: 3)?.description
    #expect(misfit?.contains("it takes 3 channels and knows 3 classes") == true)
    let outside = AttackGoal.image(try TargetImage(13, of: test, intended: 11))
    #expect(try failure(outside) == .targetOutOfRange(target: 11, classCount: 10))
    #expect(try folder.entries() == ["clean"])
  }

  @Test func targetImagesAreChosenAmongOtherClasses() throws {
    let folder = try TemporaryFolder()
    let (_, test) = try source(folder)
    let choices = try (0..<40).map { try TargetImage.choice(of: test, intended: 4, seed: $0) }
    #expect(choices.allSatisfy { test.labels[$0] != 4 })
    #expect(Set(choices).count > 8)
    #expect(try TargetImage.choice(of: test, intended: 4, seed: 5) == choices[5])
  }
}
