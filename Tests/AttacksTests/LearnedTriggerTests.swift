import Attacks
import Checkpoints
import ComputeBackend
import Datasets
import Devices
import Foundation
import Runs
import TestSupport
import Testing
import Training

/// What the attacks have in common whose triggers a trained network makes.
@Suite struct LearnedTriggerTests {
  private static let labels = LabelMapping.allToOne(target: 1)
  private static let selection = PoisonSelection(rate: 0.1, seed: 3)

  private static let attacks: [any MappedAttack] = [
    InputAware(width: 2, coverRate: 0.2, labels: labels, selection: selection),
    LIRA(width: 2, epsilon: 10, labels: labels, selection: selection),
    SSBA(width: 2, bits: 5, labels: labels, selection: selection),
  ]

  private func context(
    folder: TrainingFolder? = nil, run: Run = Run(), epochs: Int = 1
  ) throws -> AttackContext {
    let backend = try Devices.make("cpu")
    let recipe = ClassifierRecipe(
      optimizer: OptimizerRecipe(kind: .adam, learningRate: 0.002), epochs: epochs, batchSize: 10,
      seed: 3)
    var training = AttackTraining(ClassifierPlan(.resNet20, width: 2, recipe: recipe)) { backend }
    training.intervals = TrainingIntervals(report: .zero, save: .zero)
    return AttackContext(training: training, folder: folder, run: run)
  }

  private func clean(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func trigger(in output: String, _ dataset: ImageDataset) throws -> Trigger {
    let goal = try PoisonManifest.load(output).attack.goal(in: output, shape: dataset.shape)
    guard case .trigger(let trigger, Self.labels) = goal else {
      throw AttackError.noGradient
    }
    return trigger
  }

  @Test(arguments: attacks)
  func theCopyAndLaterImagesHaveTheNetworksTriggers(attack: any MappedAttack) throws {
    let folder = try TemporaryFolder()
    let (clean, backend) = (try clean(folder), try Devices.make("cpu"))
    let output = folder.path + "/poisoned"
    let plan = try attack.plan(for: clean, try context())
    #expect(!plan.remarks.isEmpty && plan.remarks.allSatisfy { !$0.isEmpty })
    let manifest = try plan.write(to: output)
    guard case .trigger(let planned, Self.labels) = plan.goal else {
      Issue.record("no trigger")
      return
    }
    #expect(manifest.samples.map(\.index) == plan.samples && plan.samples.count == 4)
    let covers = manifest.covers.map(\.index)
    #expect(covers.count == (attack is InputAware ? 8 : 0))
    let (poisoned, trigger) = (try ImageDataset.open(output), try trigger(in: output, clean))
    var changes: Set<[Int]> = []
    for sample in 0..<40 {
      let (before, after) = (try clean.images([sample]), try poisoned.images([sample]))
      let expected = try trigger.applied(to: before, samples: [sample], on: backend)
      let isPoison = plan.samples.contains(sample)
      #expect(poisoned.labels[sample] == (isPoison ? 1 : clean.labels[sample]))
      if isPoison {
        #expect(after == expected && after != before)
        #expect(try planned.applied(to: before, samples: [sample], on: backend) == expected)
        let change = zip(after, before).map { Int($0.0) - Int($0.1) }
        if attack is LIRA { #expect(change.allSatisfy { abs($0) <= 10 }) }
        changes.insert(change)
      } else if covers.contains(sample) {
        #expect(after != before && after != expected)
      } else {
        #expect(after == before)
      }
    }
    // Each image has a change of its own.
    #expect(changes.count == 4)
    try attack.plan(for: clean, try context()).write(to: folder.path + "/again")
    for file in ["data_batch_1.bin", "trigger.safetensors", "trigger.png"] {
      #expect(try folder.read("poisoned/" + file) == folder.read("again/" + file))
    }
  }

  private struct Stop: Error {}

  @Test(arguments: attacks)
  func aStoppedTrainingGoesOn(attack: any MappedAttack) throws {
    let folder = try TemporaryFolder()
    let clean = try clean(folder)
    func trainingFolder() -> TrainingFolder {
      TrainingFolder { backend in
        try RunFolder(
          output: folder.path + "/out", identity: ["device": backend.description.identifier],
          force: false)
      }
    }
    let whole = try attack.plan(for: clean, try context())
    var events = 0
    let stopping = Run { _ in
      events += 1
      if events == 3 { throw Stop() }
    }
    #expect(throws: Stop.self) {
      try attack.plan(for: clean, try context(folder: trainingFolder(), run: stopping))
    }
    #expect(try folder.entries("out.partial").contains { $0.hasSuffix("-state.safetensors") })
    var later = 0
    let resumed = trainingFolder()
    let plan = try attack.plan(
      for: clean, try context(folder: resumed, run: Run { _ in later += 1 }))
    #expect(try plan.images(plan.samples) == whole.images(whole.samples))
    // Four steps, and one of the mask's: three of them were not done again.
    #expect(later == (attack is InputAware ? 5 : 4) - 3)
    try resumed.finish()
    #expect(try !folder.entries().contains("out.partial"))
  }

  @Test(arguments: attacks)
  func anySizeWillDo(attack: any MappedAttack) throws {
    let folder = try TemporaryFolder()
    func dataset(_ shape: ImageShape, _ name: String) throws -> ImageDataset {
      for sample in 0..<12 {
        var random = PhiloxGenerator(seed: 4, stream: UInt32(sample))
        let pixels = (0..<shape.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        let path = "\(name)/\(sample % 2)/\(sample).png"
        try folder.write([], to: path)
        try PNG.write(RasterImage(shape: shape, pixels: pixels), to: folder.path + "/" + path)
      }
      return try ImageDataset.open(folder.path + "/" + name)
    }
    let odd = try dataset(ImageShape(height: 11, width: 9, channels: 1), "odd")
    let plan = try attack.plan(for: odd, try context())
    #expect(plan.samples.count == 1)
    #expect(try plan.images(plan.samples).count == 99)
    let small = try dataset(ImageShape(height: 7, width: 9, channels: 1), "small")
    let error = try #require(throws: AttackError.self) {
      try attack.plan(for: small, try context())
    }
    #expect("\(error)".contains("the networks of this attack need 8 pixels a side"))
  }

  @Test func refusesTheNetworkOfAnotherAttack() throws {
    let folder = try TemporaryFolder()
    let (clean, backend) = (try clean(folder), try Devices.make("cpu"))
    for (name, attack) in [("a", Self.attacks[1]), ("b", Self.attacks[2])] {
      try attack.plan(for: clean, try context()).write(to: folder.path + "/" + name)
    }
    try folder.write(try folder.read("b/trigger.safetensors"), to: "a/trigger.safetensors")
    let other = try trigger(in: folder.path + "/a", clean)
    #expect(throws: CheckpointError.self) {
      try other.applied(to: try clean.images([0]), samples: [0], on: backend)
    }
    try FileManager.default.removeItem(atPath: folder.path + "/b/trigger.safetensors")
    #expect(throws: (any Error).self) { try trigger(in: folder.path + "/b", clean) }
  }
}
