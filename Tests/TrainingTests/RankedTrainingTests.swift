import Communication
import ComputeBackend
import Devices
import Foundation
import TestSupport
import Testing
import Training

/// Denoiser trainings whose steps are shared by ranks.
@Suite struct RankedTrainingTests {
  private let images = MemoryImages.bars(count: 24)

  private func recipe(blocks: Int, seed: UInt64 = 6) -> DenoiserRecipe {
    var recipe = DenoiserRecipe(
      network: .denoiser(
        height: 8, width: 8, imageChannels: 1, channels: [8, 16], layers: 1, attention: [4]),
      maxTimestep: 60,
      optimizer: OptimizerRecipe(
        kind: .adam, learningRate: 4e-3, decay: .cosine, warmupSteps: 3, clipNorm: 1,
        averageDecay: 0.9),
      batchSize: 7, augmentation: Augmentation(flips: true), seed: seed)
    recipe.blocks = blocks
    return recipe
  }

  private func trainer(_ recipe: DenoiserRecipe, _ folder: TemporaryFolder) throws
    -> DenoiserTrainer
  {
    try DenoiserTrainer(recipe, images: images, folder: folder.url, on: Devices.make("cpu"))
  }

  /// The files of a training, and its losses.
  private struct Outcome: Equatable {
    var files: [Data]
    var losses: [Float]

    init(_ folder: TemporaryFolder, _ losses: [Float]) throws {
      files = try ["diffusion_pytorch_model.safetensors", "training-state.safetensors"].map {
        try Data(contentsOf: folder.url.appendingPathComponent($0))
      }
      self.losses = losses
    }
  }

  private func alone(_ recipe: DenoiserRecipe, steps: Int) throws -> Outcome {
    let folder = try TemporaryFolder()
    var losses: [Float] = []
    try trainer(recipe, folder).train(
      steps: steps, intervals: TrainingIntervals(report: .zero)
    ) { losses.append($0.loss) }
    return try Outcome(folder, losses)
  }

  /// Errors by rank; all write into or read from one folder.
  private func together(
    _ ranks: Int, _ folder: TemporaryFolder, steps: Int, resume: Bool = false,
    recipe: @escaping (_ rank: Int) -> DenoiserRecipe,
    progress: @escaping (TrainingProgress) throws -> Void,
    check: @escaping (_ rank: Int) throws -> Void = { _ in }
  ) -> [(any Error)?] {
    ThreadCommunicator.run(ranks) { communicator in
      let team = RankTeam(communicator)
      let trainer = try team.meet { try self.trainer(recipe(team.rank), folder) }
      if team.rank == 0 {
        defer { try? team.end() }
        try trainer.train(
          steps: steps, resume: resume, intervals: TrainingIntervals(report: .zero), with: team,
          progress: progress)
      } else {
        try trainer.serve(team, steps: steps, resume: resume) { try check(team.rank) }
      }
    }.map {
      if case .failure(let error) = $0 { error } else { nil }
    }
  }

  /// Seven samples in three blocks: parts of two and three.
  @Test(arguments: [1, 2, 3]) func anyNumberOfRanksWritesTheSameBytes(_ ranks: Int) throws {
    let whole = try alone(recipe(blocks: 3), steps: 6)
    let folder = try TemporaryFolder()
    nonisolated(unsafe) var losses: [Float] = []
    let errors = together(ranks, folder, steps: 6) { _ in
      recipe(blocks: 3)
    } progress: {
      losses.append($0.loss)
    }
    #expect(errors.allSatisfy { $0 == nil }, "\(errors)")
    #expect(try Outcome(folder, losses) == whole)
  }

  @Test func blocksChangeRoundingsOnly() throws {
    let (one, three) = (
      try alone(recipe(blocks: 1), steps: 4), try alone(recipe(blocks: 3), steps: 4)
    )
    #expect(one.files[0] != three.files[0])
    for (a, b) in zip(one.losses, three.losses) { #expect(abs(a - b) < 1e-4 * abs(a)) }
  }

  @Test func aStoppedTrainingGoesOnWithOtherRanks() throws {
    let whole = try alone(recipe(blocks: 4), steps: 6)
    let folder = try TemporaryFolder()
    nonisolated(unsafe) var losses: [Float] = []
    let stopped = together(2, folder, steps: 6) { _ in
      recipe(blocks: 4)
    } progress: {
      losses.append($0.loss)
      if $0.step == 3 { throw Stopped() }
    }
    #expect(stopped[0] is Stopped && stopped[1] == nil)
    let resumed = together(3, folder, steps: 6, resume: true) { _ in
      recipe(blocks: 4)
    } progress: {
      losses.append($0.loss)
    }
    #expect(resumed.allSatisfy { $0 == nil }, "\(resumed)")
    #expect(try Outcome(folder, losses) == whole)
  }

  @Test func aRankThatStopsOrDiffersEndsAll() throws {
    let folder = try TemporaryFolder()
    let counter = Counter()
    let stopped = together(3, folder, steps: 6) { _ in
      recipe(blocks: 3)
    } progress: { _ in
    } check: { rank in
      if rank == 1, counter.next() == 3 { throw Stopped() }
    }
    #expect(stopped[0] as? RankError == .stopped(rank: 1, node: "node2"))
    #expect(stopped[1] == nil && stopped[2] == nil)

    let other = together(2, folder, steps: 6) {
      recipe(blocks: 2, seed: UInt64($0))
    } progress: { _ in
    }
    #expect(other[0] as? TrainingError == .ranksDiffer(what: "weights"))

    let few = together(3, folder, steps: 6) { _ in
      recipe(blocks: 2)
    } progress: { _ in
    }
    #expect(few[0] as? TrainingError == .fewBlocks(2, ranks: 3))
  }
}

private struct Stopped: StoppedWork {}

private final class Counter {
  private var count = 0

  func next() -> Int {
    count += 1
    return count
  }
}
