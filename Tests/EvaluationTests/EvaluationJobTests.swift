import Attacks
import Datasets
import Devices
import Evaluation
import Foundation
import Models
import Runs
import Support
import TestSupport
import Testing
import Tracing
import Training

@Suite struct EvaluationJobTests {
  /// 40 shapes in class folders.
  private func imageFolder(_ folder: TemporaryFolder) throws -> ImageDataset {
    let shapes = Shapes(seed: 2)
    for index in 0..<40 {
      let name = "in/\(Shapes.classNames[index % 10])/\(index).png"
      try folder.write([], to: name)
      try PNG.write(shapes.image(index), to: folder.path + "/" + name)
    }
    return try ImageDataset.open(folder.path + "/in")
  }

  private var plan: ClassifierPlan {
    ClassifierPlan(
      .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 1, batchSize: 20, seed: 3))
  }

  /// Writes `poisoned`.
  @discardableResult
  private func poison(
    _ clean: ImageDataset, _ attack: any Attack, _ folder: TemporaryFolder,
    surrogate: (any Classifier)? = nil
  ) throws -> PoisonManifest {
    let context = AttackContext(
      surrogate: surrogate.map { model in { Surrogate(model, name: "s") } })
    return try attack.plan(for: clean, context).write(to: folder.path + "/poisoned", force: true)
  }

  private func job(_ folder: TemporaryFolder, _ purified: String) throws -> EvaluationJob {
    try EvaluationJob(
      purified: folder.path + "/" + purified, poisoned: folder.path + "/poisoned",
      test: folder.path + "/in", clean: nil, plan: plan)
  }

  @Test func repeatsTrainingsWithFollowingSeeds() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    try poison(clean, SIG(target: 1, rate: 0.05, seed: 3), folder)
    // Any method's output will do: here the clean dataset, which has no purified.csv.
    var job = try job(folder, "in")
    job.trials = 2
    var models: [String] = []
    let backend = try Devices.make("cpu")
    let run = Run { event in
      if case .status(let model, _, isLast: true) = event { models.append(model) }
    }
    let result = try job.run(on: backend, in: run)
    #expect(
      models == [
        "model of the purified set, trial 1 of 2", "model of the poisoned set, trial 1 of 2",
        "model of the purified set, trial 2 of 2", "model of the poisoned set, trial 2 of 2",
      ])
    #expect(run.timings.seconds.map(\.name) == models)
    #expect(result.trials?.map(\.seed) == [3, 4])
    #expect(result.changes?.poisoned?.share == 1 && result.changes?.clean?.share == 0)
    #expect(result.labelAccuracy == 1)
    job.trials = 1
    job.plan.recipe.seed = 4
    let second = try job.run(on: backend)
    #expect(second.models == result.trials?[1].models)
    #expect(second.trials == nil)
  }

  /// A purification that moves a sample to another class names it in purified.csv.
  @Test func findsSamplesThatMoved() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let selection = PoisonSelection(rate: 0.1, seed: 3)
    try poison(clean, BadNets(labels: .allToOne(target: 1), selection: selection), folder)
    let poisoned = try ImageDataset.open(folder.path + "/poisoned")
    let writer = try DatasetWriter(copying: poisoned, to: folder.path + "/purified")
    let image = [UInt8](repeating: 9, count: poisoned.shape.byteCount)
    try writer.replace(5, image: image, label: (poisoned.labels[5] + 1) % 10)
    let names = try writer.finishLayout()
    let table = try CSVFile(
      writer.path + "/purified.csv", columns: ["sample", "newLabel", "purifiedName"])
    for sample in 0..<40 {
      try table.append([poisoned.name(of: sample), "-", names[sample]])
    }
    try table.close()
    try writer.commit()
    let job = try job(folder, "purified")
    let changes = try job.changes()
    let share = (changes.poisoned?.share ?? 0) * 4 + (changes.clean?.share ?? 0) * 36
    #expect(abs(share - 1) < 1e-9)
    let detection = try job.detection()
    let detected = (detection.truePositiveRate ?? 0) * 4 + (detection.falsePositiveRate ?? 0) * 36
    #expect(abs(detected - 1) < 1e-9)
    let path = folder.path + "/purified/purified.csv"
    let wrong = try CSVFile(path, columns: ["sample", "newLabel", "purifiedName"])
    for sample in 0..<40 { try wrong.append([poisoned.name(of: sample), "-", names[0]]) }
    try wrong.close()
    let error = #expect(throws: FileError.self) { try job.changes() }
    #expect("\(try #require(error))".contains("it has two samples at one place"))
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: EvaluationError.self) { try job.changes() }
  }

  /// Classes and files whose names differ in nothing but Unicode normalization.
  @Test func namesAreComparedByTheirBytes() throws {
    let folder = try TemporaryFolder()
    _ = try imageFolder(folder)
    let root = FileName(folder.path + "/in")
    for (old, new) in [("disc", "caf\u{E9}"), ("ring", "cafe\u{301}")] {
      try (root / FileName(old)).rename(to: root / FileName(new))
    }
    for file in try Directory.entries(root / FileName("cafe\u{301}")) {
      // 1.png and so on: the names that the other class has.
      let number = (Int(file.description.dropLast(4)) ?? 0) - 1
      let `class` = root / FileName("cafe\u{301}")
      try (`class` / file).rename(to: `class` / FileName("\(number).png"))
    }
    let clean = try ImageDataset.open(folder.path + "/in")
    #expect(clean.classCount == 10)
    try poison(clean, SIG(target: 1, rate: 0.05, seed: 3), folder)
    let changes = try job(folder, "in").changes()
    #expect(changes.poisoned?.share == 1 && changes.clean?.share == 0)
  }

  /// Samples that a purification leaves out are named in purified.csv, whatever the layout.
  @Test(arguments: [true, false])
  func samplesThatWereLeftOut(inFolders: Bool) throws {
    let folder = try TemporaryFolder()
    var clean = try imageFolder(folder)
    if !inFolders {
      try Shapes(seed: 2).writeFolder(folder.path + "/binary", training: 40, test: 10)
      clean = try ImageDataset.open(folder.path + "/binary")
    }
    let manifest = try poison(clean, SIG(target: 1, rate: 0.1, seed: 3), folder)
    let poisoned = try ImageDataset.open(folder.path + "/poisoned")
    let first = try #require(manifest.samples.first).index
    let writer = try DatasetWriter(copying: poisoned, to: folder.path + "/purified")
    let others = poisoned.labels.indices.filter { poisoned.labels[$0] != 1 }
    try writer.remove([first] + others.prefix(9))
    try writer.replace(others[20], image: [UInt8](repeating: 9, count: poisoned.shape.byteCount))
    let names = try writer.finishLayout()
    let table = try CSVFile(writer.path + "/purified.csv", columns: ["sample", "purifiedName"])
    for sample in 0..<40 { try table.append([poisoned.name(of: sample), names[sample]]) }
    try table.close()
    try writer.commit()
    let job = try job(folder, "purified")
    let changes = try job.changes()
    // All four images of class 1 are poisoned.
    #expect(changes.poisoned?.removed == 1 / 4 && changes.poisoned?.share == 0)
    #expect(changes.clean?.removed == 9 / 36 && changes.clean?.share == 1 / 27)
    let detection = try job.detection()
    #expect(detection.truePositiveRate == 1 / 4 && detection.falsePositiveRate == 9 / 36)
    #expect(detection.labelAccuracy == 1)
    try FileManager.default.removeItem(atPath: folder.path + "/purified/purified.csv")
    #expect(throws: EvaluationError.self) { try job.changes() }
  }

  @Test func theTargetImageDecidesATargetedAttack() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let backend = try Devices.make("cpu")
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 1, on: backend)
    let predicted = try network.predictions(for: clean)
    let target = try #require(clean.labels.indices.first { predicted[$0] != clean.labels[$0] })
    // The label that the network gives already, and another one.
    let other = try #require(
      (0..<Int32(10)).first { $0 != predicted[target] && $0 != clean.labels[target] })
    for (intended, rate) in [(predicted[target], 1.0), (other, 0)] {
      var options = GradientMatchingOptions()
      options.rate = 0.05
      options.iterations = 1
      let attack = GradientMatching(
        target: intended, aim: .image(source: clean.path, index: target, label: nil),
        options: options)
      try poison(clean, attack, folder, surrogate: network)
      let metrics = try job(folder, "in").metrics(of: network)
      #expect(metrics.attackSuccessRate == rate)
      #expect(
        metrics.accuracy == Double(zip(predicted, clean.labels).count { $0 == $1 }) / 40)
    }
  }

  /// The success is the mean of those that each trigger has with its target.
  @Test func severalTargetsCountAlike() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 1,
      on: try Devices.make("cpu"))
    let predicted = try network.predictions(for: clean)
    // The label that the network gives most, and another one.
    let first = try #require(
      (0..<Int32(10)).max { a, b in
        predicted.count { $0 == a } < predicted.count { $0 == b }
      })
    let targets = [first, (first + 1) % 10]
    let selection = PoisonSelection(rate: 0.2, seed: 3)
    func success(_ labels: LabelMapping) throws -> Double {
      try poison(clean, BadNets(labels: labels, selection: selection), folder)
      return try #require(try job(folder, "poisoned").metrics(of: network).attackSuccessRate)
    }
    let several = try success(.toOneOf(targets: targets))
    var wanted = 0.0
    for (corner, target) in zip([ImageCorner.bottomRight, .topLeft], targets) {
      let trigger = Trigger.whiteSquare(clean.shape, at: corner)
      let attacked = clean.labels.indices.filter { clean.labels[$0] != target }
      let images = SampleImages(
        shape: clean.shape, labels: attacked.map { clean.labels[$0] },
        pixels: trigger.applied(to: try clean.images(attacked), samples: attacked))
      let labels = try network.predictions(for: images)
      wanted += Double(labels.count { $0 == target }) / Double(attacked.count) / 2
    }
    #expect(wanted > 0 && abs(several - wanted) < 1e-12)
  }

  private struct SampleImages: LabelledImages {
    let shape: ImageShape
    let classCount = 10
    let labels: [Int32]
    let pixels: [UInt8]

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { pixels[$0 * shape.byteCount..<($0 + 1) * shape.byteCount] }
    }
  }

  /// Of targeted flips the images of the source class count, as they are; random ones attack none.
  @Test func flipsAreMeasuredOnImagesAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 1,
      on: try Devices.make("cpu"))
    let predicted = try network.predictions(for: clean)
    let sample = try #require(clean.labels.indices.first { predicted[$0] != clean.labels[$0] })
    let (source, target) = (clean.labels[sample], predicted[sample])
    try poison(clean, TargetedFlip(source: source, target: target, rate: 0.5), folder)
    let ofSource = clean.labels.indices.filter { clean.labels[$0] == source }
    let metrics = try job(folder, "poisoned").metrics(of: network)
    let wanted = Double(ofSource.count { predicted[$0] == target }) / Double(ofSource.count)
    #expect(wanted > 0 && metrics.attackSuccessRate == wanted)
    let selection = PoisonSelection(rate: 0.2, seed: 1)
    try poison(clean, RandomFlip(selection: selection), folder)
    let random = try job(folder, "poisoned").metrics(of: network)
    #expect(random.attackSuccessRate == nil && random.accuracy == metrics.accuracy)
  }

  /// The p-value is the tracer's, and a marked dataset needs the network of its marks.
  @Test func modelsOfAMarkedDatasetAreTraced() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let backend = try Devices.make("cpu")
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 1, on: backend)
    let path = folder.path + "/marking.safetensors"
    try ClassifierFile.save(network, to: URL(fileURLWithPath: path))
    let manifest = try MarkJob(
      dataset: clean, network: network,
      selection: MarkSelection(budget: 0.5, classes: [2, 7], seed: 1),
      recipe: MarkingRecipe(epsilon: 8, iterations: 2, learningRate: 30, seed: 2)
    ).run(output: folder.path + "/poisoned")
    #expect(throws: EvaluationError.noMarkingNetwork(path: folder.path + "/poisoned")) {
      try job(folder, "in")
    }
    let traced = try EvaluationJob(
      purified: folder.path + "/in", poisoned: folder.path + "/poisoned",
      test: folder.path + "/in", clean: nil, markingNetwork: path, plan: plan)
    let suspect = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 8), seed: 5, on: backend)
    let expected = try RadioactiveTracer(manifest, markingNetwork: network, images: clean)
      .trace(suspect)
    let metrics = try traced.metrics(of: suspect)
    #expect(metrics.log10PValue == expected.log10PValue && metrics.attackSuccessRate == nil)
    let result = try traced.run(on: backend)
    #expect(result.changes?.poisoned?.share == 1 && result.changes?.clean?.share == 0)
    #expect(result.labelAccuracy == 1 && result.tpr == nil)
    #expect(result.models.poisoned.log10PValue != nil)
  }

  @Test func startsFromAGivenModelThatFits() throws {
    let folder = try TemporaryFolder()
    let clean = try imageFolder(folder)
    let backend = try Devices.make("cpu")
    for (name, classes) in [("fits", 10), ("other", 3)] {
      let network = ClassifierFile.random(
        ClassifierConfiguration(.resNet20, classes: classes, width: 4), seed: 9, on: backend)
      try ClassifierFile.save(
        network, to: URL(fileURLWithPath: folder.path + "/\(name).safetensors"))
    }
    var plan = plan
    plan.architecture = .resNet18
    plan.initial = folder.path + "/fits.safetensors"
    #expect(try plan.makeNetwork(for: clean, on: backend).configuration.architecture == .resNet20)
    plan.initial = folder.path + "/other.safetensors"
    #expect(throws: TrainingError.self) { try plan.makeNetwork(for: clean, on: backend) }
  }
}
