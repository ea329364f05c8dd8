import Autograd
import ComputeBackend
import Devices
import Foundation
import Runs
import Sifting
import TestSupport
import Testing
import Training

@Suite struct MetaSiftTests {
  /// Stands for a process that is killed.
  private struct Killed: Error {}

  private func method(isCompatible: Bool = false, sifters: Int = 2) -> MetaSift {
    var recipe = SifterRecipe(.resNet20, width: 4, isCompatible: isCompatible)
    recipe.batchSize = 16
    recipe.learningRate = 0.01
    recipe.minimumSteps = 30
    var method = MetaSift(recipe, dilution: Dilution(flips: true, blurs: true), seed: 3)
    method.sifters = sifters
    return method
  }

  private let images = MemoryImages.colors(count: 120)

  /// A fifth of the labels is wrong, so chance would choose 8 of 40.
  @Test(arguments: [false, true])
  func keepsWhatIsLabeledRightly(isCompatible: Bool) throws {
    let weights = try method(isCompatible: isCompatible).weights(
      of: images, on: try Devices.make("cpu"), Run())
    let kept = SiftSelection.highest(weights.means, labels: images.labels, counts: [20, 20])
    #expect(kept.count == 40)
    #expect(kept.count(where: MemoryImages.isMislabeled) <= 2)
    #expect(weights.means.allSatisfy { $0 > 0 && $0 < 1 })
    // ψ falls with the loss, or nothing would be learned.
    #expect(try #require(weights.agreementWithLosses(labels: images.labels)) > 0.5)
  }

  /// Weights begin equal, so that their order is learned alone.
  @Test func weightsBeginNearOne() throws {
    let backend = try Devices.make("cpu")
    let network = WeightNetwork(isCompatible: false, seed: 1, on: backend)
    let losses: [Float] = [0, 0.1, 2, 30]
    #expect(
      try network.logits(Tensor(losses, shape: [4], on: backend)).values() == [4, 4, 4, 4])
    let compatible = WeightNetwork(isCompatible: true, seed: 1, on: backend)
    let logits = try compatible.logits(Tensor(losses, shape: [4], on: backend)).values()
    let exact = try compatible.exactLogits(Tensor(losses, shape: [4], on: backend))
    for (a, b) in zip(exact, logits) { #expect(abs(a - Double(b)) < 1e-5) }
    #expect(Set(logits).count == 4)
    #expect(compatible.weightCount == 100 + 100 + 150 * 100 + 150 + 150 + 1)
  }

  /// Killed while the first sifter trains, and while the second is asked: the same bits.
  @Test func resumedRunsEndAlike() throws {
    let backend = try Devices.make("cpu")
    let method = method()
    let whole = try method.weights(of: images, on: backend, Run())
    let temporary = try TemporaryFolder()
    let every = TrainingIntervals(report: .zero, save: .zero)
    let total = 2 * 120 * (4 * 11.5 + 2.0)
    for share in [0.2, 0.45, 0.6, 0.999] {
      let folder = try RunFolder(output: temporary.path + "/list", identity: [:], force: false)
      let run = Run { event in
        if case .progress(let progress) = event, progress.done > share * total { throw Killed() }
      }
      #expect(throws: Killed.self) {
        try method.weights(of: images, on: backend, run, folder: folder, intervals: every)
      }
    }
    let folder = try RunFolder(output: temporary.path + "/list", identity: [:], force: false)
    #expect(folder.isResumed && folder.contains("sifter-1.safetensors"))
    var first: RunProgress?
    let run = Run { event in
      if case .progress(let progress) = event, first == nil { first = progress }
    }
    let resumed = try method.weights(of: images, on: backend, run, folder: folder, intervals: every)
    #expect(resumed.opinions == whole.opinions)
    #expect(try #require(first).done > 0.49 * total && first?.total == Int(total))
  }

  /// A pass makes 75 steps where it can: 1,500 / 75 = 20 images each; of 400 images 25 batches of
  /// 16 in each of three passes.
  @Test func fewImagesMakeSmallBatches() {
    let recipe = SifterRecipe()
    #expect([400, 1500, 10_000, 50_000].map { recipe.batchSize(of: $0) } == [16, 20, 128, 128])
    #expect([25, 75, 79].map { recipe.phaseEpochs(of: $0) } == [3, 1, 1])
    let compatible = SifterRecipe(isCompatible: true)
    #expect(compatible.batchSize(of: 400) == 128 && compatible.phaseEpochs(of: 4) == 1)
  }

  /// Every sifter has its own weights and dilutions.
  @Test func siftersDiffer() throws {
    let weights = try method().weights(of: images, on: try Devices.make("cpu"), Run())
    #expect(weights.opinions[0].losses != weights.opinions[1].losses)
    #expect(weights.count == 120)
  }

  @Test func divergenceStopsWithOneLine() throws {
    var wild = method()
    wild.recipe.learningRate = 1e30
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(output: temporary.path + "/list", identity: [:], force: false)
    do {
      _ = try wild.weights(of: images, on: try Devices.make("cpu"), Run(), folder: folder)
      Issue.record("did not diverge")
    } catch let error as TrainingError {
      #expect("\(error)".contains("the loss became NaN or infinite") && !"\(error)".contains("\n"))
    }
    #expect(!folder.contains("sifter-1.safetensors"))
  }

  @Test func refusesClassesThatCannotBeCompared() throws {
    var images = images
    images.labels = images.labels.map { _ in 1 }
    #expect(throws: SiftingError.singleClass) {
      try method().weights(of: images, on: try Devices.make("cpu"), Run())
    }
    images.labels[7] = 0
    #expect(throws: SiftingError.singleSample(name: "0")) {
      try method().weights(of: images, on: try Devices.make("cpu"), Run())
    }
  }
}
