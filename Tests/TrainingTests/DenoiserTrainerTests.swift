import Checkpoints
import ComputeBackend
import Devices
import Diffusion
import Foundation
import Models
import NeuralNet
import TestSupport
import Testing
import Training

@Suite struct DenoiserTrainerTests {
  private func recipe(channels: [Int] = [8, 16]) -> DenoiserRecipe {
    DenoiserRecipe(
      network: .denoiser(
        height: 8, width: 8, imageChannels: 1, channels: channels, layers: 1, attention: [4]),
      maxTimestep: 60,
      optimizer: OptimizerRecipe(
        kind: .adam, learningRate: 4e-3, warmupSteps: 3, clipNorm: 1, averageDecay: 0.9),
      batchSize: 8, augmentation: Augmentation(flips: true), seed: 6)
  }

  @Test func learnsAndWritesAModelThatLoads() throws {
    let folder = try TemporaryFolder()
    let backend = try Devices.make("cpu")
    let trainer = try DenoiserTrainer(
      recipe(), images: MemoryImages.bars(count: 32), folder: folder.url, on: backend)
    var losses: [Float] = []
    try trainer.train(steps: 60, intervals: TrainingIntervals(report: .zero)) {
      losses.append($0.loss)
    }
    #expect(losses.count == 60)
    let (early, late) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(late < 0.7 * early)

    let loaded = try UNet2DModel.load(folder.url, on: backend)
    #expect(loaded.configuration == recipe().network)
    let schedule = try NoiseSchedule(folder: folder.url)
    #expect(schedule == recipe().schedule && schedule.trainedTimesteps == 60)
    // The file holds what training left in the model: the averages.
    for (saved, kept) in zip(loaded.parameters.parameters, trainer.model.parameters.parameters) {
      #expect(try saved.exported() == kept.exported())
    }
    #expect(throws: DiffusionError.untrainedTimestep(60, limit: 60)) {
      try SamplerPlan(schedule: schedule, sampler: .ddpm, noiseSteps: 61)
    }
  }

  @Test func resumedTrainingEndsWithTheSameFiles() throws {
    let images = MemoryImages.bars(count: 24)
    let (whole, parts) = (try TemporaryFolder(), try TemporaryFolder())
    func train(_ folder: TemporaryFolder, steps: Int, killAt: Int? = nil) throws {
      try DenoiserTrainer(recipe(), images: images, folder: folder.url, on: try Devices.make("cpu"))
        .train(
          steps: steps, resume: true, intervals: TrainingIntervals(report: .zero, save: .zero)
        ) { if $0.step == killAt { throw Killed() } }
    }
    try train(whole, steps: 8)
    #expect(throws: Killed.self) { try train(parts, steps: 8, killAt: 4) }
    // A number of steps, and then more, is the same training too.
    try train(parts, steps: 6)
    try train(parts, steps: 8)
    for name in ["diffusion_pytorch_model.safetensors", "training-state.safetensors"] {
      let files = try [whole, parts].map {
        try Data(contentsOf: $0.url.appendingPathComponent(name))
      }
      // elementsEqual: a failing == would compute the difference of two long files.
      #expect(files[0].elementsEqual(files[1]), "\(name)")
    }
  }

  @Test func resumingWritesTheModelAlsoWithoutSteps() throws {
    let images = MemoryImages.bars(count: 24)
    let folder = try TemporaryFolder()
    let names = [
      "config.json", "diffusion_pytorch_model.safetensors", "scheduler_config.json",
    ]
    func train(steps: Int) throws -> [[UInt8]] {
      try DenoiserTrainer(recipe(), images: images, folder: folder.url, on: try Devices.make("cpu"))
        .train(steps: steps, resume: true) { _ in }
      return try names.map { try folder.read($0) }
    }
    let early = try train(steps: 2)
    let late = try train(steps: 4)
    #expect(!early[1].elementsEqual(late[1]))
    // What a kill leaves between the last state and the model: the weights before, or nothing.
    try folder.write(early[1], to: names[1])
    #expect(try train(steps: 4)[1].elementsEqual(late[1]))
    for name in names { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }
    for (written, expected) in zip(try train(steps: 4), late) {
      #expect(written.elementsEqual(expected))
    }
  }

  @Test func goesOnFromAModel() throws {
    let images = MemoryImages.bars(count: 24)
    let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
    let backend = try Devices.make("cpu")
    func lastLoss(_ trainer: DenoiserTrainer, steps: Int) throws -> Float {
      var losses: [Float] = []
      try trainer.train(steps: steps, intervals: TrainingIntervals(report: .zero)) {
        losses.append($0.loss)
      }
      return losses.suffix(5).reduce(0, +) / 5
    }
    let trainer = try DenoiserTrainer(recipe(), images: images, folder: first.url, on: backend)
    let trained = try lastLoss(trainer, steps: 80)

    let model = try PretrainedDenoiser(first.url, on: backend)
    var next = try DenoiserRecipe(from: model, path: first.url.path, maxTimestep: 50, seed: 7)
    #expect(next.network == recipe().network)
    #expect(next.schedule.trainedTimesteps == 50)
    next.batchSize = 8
    let continued = try DenoiserTrainer(
      next, initial: model.network, images: images, folder: second.url, on: backend)
    // From random weights the first losses are near 1.
    #expect(try lastLoss(continued, steps: 5) < 1.5 * trained)
    #expect(try NoiseSchedule(folder: second.url).trainedTimesteps == 50)

    var other = model.schedule
    other.prediction = .velocity
    try JSONValue.object(other.configuration()).write(
      to: first.url.appendingPathComponent("scheduler_config.json"))
    let velocity = try PretrainedDenoiser(first.url, on: backend)
    #expect(throws: TrainingError.self) {
      try DenoiserRecipe(from: velocity, path: first.url.path)
    }
  }

  @Test func stopsInTime() throws {
    let folder = try TemporaryFolder()
    let trainer = try DenoiserTrainer(
      recipe(channels: [8]), images: MemoryImages.bars(count: 8), folder: folder.url,
      on: try Devices.make("cpu"))
    try trainer.train(steps: 1_000_000, duration: .milliseconds(300)) { _ in }
    #expect(trainer.step > 0 && trainer.step < 100_000)
    #expect(FileManager.default.fileExists(atPath: folder.url.path + "/config.json"))
  }

  @Test func refusesNetworksThatDoNotPredictTheNoise() throws {
    let folder = try TemporaryFolder()
    func refusal(_ change: (inout UNet2DConfiguration) -> Void) -> String {
      var recipe = recipe(channels: [8])
      change(&recipe.network)
      do {
        _ = try DenoiserTrainer(
          recipe, images: MemoryImages.bars(count: 8), folder: folder.url,
          on: try Devices.make("cpu"))
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal { $0.outputChannels = 3 }.contains("1 input and 3 output channels"))
    let learned = refusal {
      $0.timeEmbeddingType = .learned
      $0.trainingTimesteps = 59
    }
    #expect(learned.contains("has 59 time steps, which are fewer than the 60"))
  }

  @Test func refusesImagesThatDoNotFit() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TrainingError.self) {
      try DenoiserTrainer(
        recipe(channels: [8, 8, 8, 8, 8]), images: MemoryImages.bars(count: 8), folder: folder.url,
        on: try Devices.make("cpu"))
    }
  }
}
