import ComputeBackend
import Datasets
import Devices
import Foundation
import NeuralNet
import Restoration
import TestSupport
import Testing
import Training

struct RestorationTrainerTests {
  /// 8×8 gray images that fall from one side to the other, with a white patch in a corner or not.
  private struct Pictures: LabelledImages {
    let shape = ImageShape(height: 8, width: 8, channels: 1)
    let classCount = 2
    let labels: [Int32]
    let hasPatch: Bool

    init(_ count: Int, hasPatch: Bool) {
      labels = (0..<count).map { Int32($0 % 2) }
      self.hasPatch = hasPatch
    }

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { sample in
        (0..<64).map { pixel in
          let (row, column) = (pixel / 8, pixel % 8)
          if hasPatch && row >= 6 && column >= 6 { return 255 }
          return UInt8(20 + 6 * (sample % 5) + 8 * (sample % 2 == 0 ? row : column))
        }
      }
    }
  }

  private struct Stop: Error {}

  private func recipe(epochs: Int) -> RestorationRecipe {
    RestorationRecipe(
      networks: .init(width: 4), learningRate: 1e-3, batchSize: 5, epochs: epochs, flips: true,
      averageDecay: 0.9, seed: 11)
  }

  private func networks(_ recipe: RestorationRecipe, on device: TestDevice) throws
    -> RestorationNetworks
  {
    try RestorationNetworks(
      recipe.networks, for: Pictures(1, hasPatch: false).shape,
      from: RandomWeights(seed: recipe.seed, on: device.backend))
  }

  private func weights(_ networks: RestorationNetworks) throws -> [[Float]] {
    try networks.parameters.parameters.map { try $0.exported() }
  }

  /// Stopped twice, of which once within an epoch; three flagged images are fewer than a batch.
  @Test(arguments: TestDevices.all)
  func stoppedTrainingEndsWithTheSameBytes(device: TestDevice) throws {
    let recipe = recipe(epochs: 3)
    let (clean, poisoned) = (Pictures(11, hasPatch: false), Pictures(3, hasPatch: true))
    func trainer(_ state: URL?) throws -> RestorationTrainer {
      try RestorationTrainer(
        networks(recipe, on: device), recipe: recipe, clean: clean, poisoned: poisoned,
        stateFile: state)
    }
    let whole = try trainer(nil)
    try whole.train()
    #expect(whole.totalSteps == 6)

    let folder = try TemporaryFolder()
    let state = URL(fileURLWithPath: folder.path + "/state.safetensors")
    let always = TrainingIntervals(report: .zero, save: .zero)
    for last in [1, 4] {
      #expect(throws: Stop.self) {
        try trainer(state).train(
          resume: true, intervals: always,
          progress: { if $0.training.step == last { throw Stop() } })
      }
    }
    let resumed = try trainer(state)
    try resumed.train(resume: true)
    #expect(try weights(resumed.networks) == weights(whole.networks))
    for loss in RestorationLoss.allCases {
      #expect(try resumed.losses(loss) == whole.losses(loss))
      #expect(try whole.losses(loss).count == 3)
    }
    #expect(try whole.losses(.content)[2] > 0)

    var other = recipe
    other.weights.cycle = 9
    let changed = try RestorationTrainer(
      networks(recipe, on: device), recipe: other, clean: clean, poisoned: poisoned,
      stateFile: state)
    #expect(throws: TrainingError.self) { try changed.train(resume: true) }
  }

  /// Images alone give the same as in a batch; more images than go through the network at once.
  @Test(arguments: TestDevices.all)
  func restoredImagesDoNotDependOnTheBatch(device: TestDevice) throws {
    let recipe = recipe(epochs: 1)
    let networks = try networks(recipe, on: device)
    try RestorationTrainer(
      networks, recipe: recipe, clean: Pictures(10, hasPatch: false),
      poisoned: Pictures(10, hasPatch: true)
    ).train()
    let restorer = ImageRestorer(networks)
    let images = Pictures(70, hasPatch: true)
    let together = try restorer.restore(images.images(Array(0..<70)))
    func part(_ sample: Int) -> [UInt8] { Array(together[sample * 64..<(sample + 1) * 64]) }
    for sample in [0, 1, 63, 64, 69] {
      let alone = try restorer.restore(images.images([sample]))
      #expect(alone == part(sample))
    }
    let folder = try TemporaryFolder()
    let file = URL(fileURLWithPath: folder.path + "/networks.safetensors")
    try networks.save(to: file)
    let loaded = try RestorationNetworks.load(file, on: device.backend)
    #expect(try weights(loaded) == weights(networks))
    #expect(try ImageRestorer(loaded).restore(images.images([7])) == part(7))
  }

  /// Below 0.01 for ten epochs and 2,000 steps without a break.
  @Test func discriminatorsVictoryIsKnown() {
    func victory(_ losses: [Float], steps: Int) -> Int? {
      RestorationTrainer.discriminatorsVictory(losses: losses, stepsPerEpoch: steps)
    }
    let won = [Float](repeating: 0.009, count: 10)
    #expect(victory(won, steps: 200) == 1)
    #expect(victory([1.2, 0.3] + won, steps: 200) == 3)
    #expect(victory(won, steps: 199) == nil)
    #expect(victory(won.dropLast(), steps: 1000) == nil)
    #expect(victory(won + [0.02], steps: 1000) == nil)
    #expect(victory([], steps: 1000) == nil)
  }

  @Test func tooFewImagesAreRefused() throws {
    let device = try #require(TestDevices.all.first)
    let recipe = recipe(epochs: 1)
    let networks = try networks(recipe, on: device)
    for (clean, poisoned) in [(1, 3), (5, 0)] {
      #expect(throws: TrainingError.self) {
        try RestorationTrainer(
          networks, recipe: recipe, clean: Pictures(clean, hasPatch: false),
          poisoned: Pictures(poisoned, hasPatch: true))
      }
    }
  }

  /// A learning rate beyond all measure.
  @Test func divergenceIsTold() throws {
    let device = try #require(TestDevices.all.first)
    var recipe = recipe(epochs: 40)
    recipe.learningRate = 1e30
    let trainer = try RestorationTrainer(
      networks(recipe, on: device), recipe: recipe, clean: Pictures(10, hasPatch: false),
      poisoned: Pictures(10, hasPatch: true))
    #expect {
      try trainer.train(intervals: TrainingIntervals(report: .zero, save: .seconds(100)))
    } throws: {
      if case .diverged? = $0 as? TrainingError { true } else { false }
    }
  }
}
