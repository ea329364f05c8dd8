import Attacks
import Datasets
import Devices
import Foundation
import Models
import Runs
import TestSupport
import Testing
import Training

@Suite struct GradientMatchingTests {
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

  /// Plans the attack with an untrained surrogate of four channels.
  private func plan(
    _ attack: GradientMatching, _ dataset: ImageDataset, classes: Int = 10, isKept: Bool = false,
    retraining: ClassifierPlan? = nil,
    in run: Run = Run()
  ) throws -> PoisonPlan {
    try attack.plan(
      for: dataset,
      AttackContext(
        surrogate: {
          Surrogate(
            try surrogate(classes: classes), name: "s", retraining: retraining, isKept: isKept)
        },
        run: run))
  }

  /// The attack on image 13 of the test set, whose label is 3.
  private func targeted(
    _ test: ImageDataset, target: Int32 = 4, index: Int? = 13,
    options: GradientMatchingOptions? = nil
  ) -> GradientMatching {
    GradientMatching(
      target: target, aim: .image(source: test.path, index: index, label: nil),
      options: options ?? self.options())
  }

  /// What every output of the attack must be.
  private func check(
    _ manifest: PoisonManifest, in output: String, clean: ImageDataset, target: Int32
  ) throws {
    let attack = try #require(try PoisonManifest.load(output).attack as? GradientMatching)
    #expect(attack == manifest.attack as? GradientMatching)
    #expect(attack.options.epsilon == 8 && attack.target == target)
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels)
    #expect(manifest.samples.count == 3)
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
    let output = folder.path + "/poisoned"
    var last = 0.0
    let run = Run { event in
      if case .progress(let progress) = event { last = progress.done }
    }
    let plan = try plan(targeted(test), clean, isKept: true, in: run)
    let manifest = try plan.write(to: output)
    try check(manifest, in: output, clean: clean, target: 4)
    #expect(last == 4)
    let remark = try #require(plan.remarks.first)
    let cosine = try #require(Float(remark.split(separator: " ").last ?? ""))
    #expect(remark.hasPrefix("Cosine of the gradients: ") && (-1...1).contains(cosine))
    #expect(
      (manifest.attack as? GradientMatching)?.aim
        == .image(source: test.path, index: 13, label: 3))
    guard case .image(let image) = try manifest.attack.goal(in: output, shape: clean.shape) else {
      Issue.record("no image")
      return
    }
    #expect(try image == TargetImage(13, of: test, intended: 4))
    let saved = try ClassifierFile.load(
      URL(fileURLWithPath: output + "/surrogate.safetensors"), on: try Devices.make("cpu"))
    #expect(saved.configuration.classes == 10)
    try self.plan(targeted(test), clean).write(to: folder.path + "/again")
    for file in ["data_batch_1.bin", "target.png", "poison-manifest.json", "poison-preview.png"] {
      #expect(try folder.read("poisoned/" + file) == folder.read("again/" + file))
    }
  }

  @Test(arguments: GradientMatching.Placement.allCases)
  func aTriggeredAttackWritesThePatch(placement: GradientMatching.Placement) throws {
    let folder = try TemporaryFolder()
    let (clean, _) = try source(folder)
    var options = options()
    options.choice = .gradient
    let attack = GradientMatching(
      target: 7, aim: .patch(placement: placement, pattern: nil, source: 2), options: options)
    let output = folder.path + "/poisoned"
    let manifest = try plan(attack, clean).write(to: output)
    try check(manifest, in: output, clean: clean, target: 7)
    #expect(manifest.attack as? GradientMatching == attack)
    let goal = try manifest.attack.goal(in: output, shape: clean.shape)
    guard case .trigger(let trigger, .oneToOne(source: 2, target: 7)) = goal else {
      Issue.record("\(goal)")
      return
    }
    let patch = Trigger.randomPatch(clean.shape, seed: 6)
    let isCorner = placement == .corner
    #expect(trigger.pattern == (isCorner ? Trigger.corner(patch, for: clean.shape).pattern : patch))
    #expect(try !folder.entries("poisoned").contains("surrogate.safetensors"))
  }

  @Test func retrainingIsOnThePoisonsAndRepeats() throws {
    let folder = try TemporaryFolder()
    let (clean, test) = try source(folder)
    func run(_ interval: Int?, output: String) throws -> (bytes: [UInt8], trainings: Int) {
      var options = options()
      options.iterations = 3
      options.restarts = 1
      options.retrainingInterval = interval
      let retraining = ClassifierPlan(
        .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 1, batchSize: 20))
      var trainings = 0
      let watched = Run { event in
        if case .status("matching: retraining", _, isLast: true) = event { trainings += 1 }
      }
      try plan(targeted(test, options: options), clean, retraining: retraining, in: watched)
        .write(to: folder.path + "/" + output)
      #expect(watched.timings.seconds.map(\.name).contains("matching"))
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
    func failure(
      _ attack: GradientMatching, classes: Int = 10
    ) throws -> any Error {
      try #require(throws: (any Error).self) { try plan(attack, clean, classes: classes) }
    }
    #expect(
      try failure(targeted(test, index: 20)) as? ParameterError
        == ParameterError(
          "targetImage", 20, "\(test.path) has the images 0 to 19; choose one of them"))
    #expect(
      try failure(targeted(test, target: 3)) as? ParameterError
        == ParameterError(
          "target", 3,
          "image 13 of \(test.path) has this label already; choose another label or image"))
    let tooMany = try failure(targeted(test, options: options(rate: 0.2)))
    #expect("\(tooMany)".hasPrefix("rate 0.2: this asks for 12 of 6 eligible samples"))
    let misfit = try failure(targeted(test), classes: 3)
    #expect("\(misfit)".hasPrefix("s: it takes 3 channels and knows 3 classes"))
    #expect((try failure(targeted(test, target: 11)) as? ParameterError)?.value == "11")
    #expect(
      (try failure(
        GradientMatching(
          target: 3, aim: .patch(placement: .corner, pattern: nil, source: 3), options: options()))
        as? ParameterError)?.name == "source")
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
