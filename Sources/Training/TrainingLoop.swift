import Autograd
import Foundation
import NeuralNet

/// The steps of a training: loss, gradients, optimiser, average; with progress and saved states.
///
/// The loss of a step is a function of its number alone, so a resumed training ends with the same
/// weights as one that was never stopped.
final class TrainingLoop {
  let model: any Module
  let recipe: OptimizerRecipe
  let average: ExponentialMovingAverage?
  /// Steps done.
  private(set) var step = 0
  private let arena: ParameterArena
  private let optimizer: any Optimizer
  private let state: TrainingState
  private let stateFile: URL?

  /// - Parameters:
  ///   - identity: the options that a resumed training must share, as text.
  ///   - stateFile: where states are saved; `nil` for nowhere.
  init(model: any Module, recipe: OptimizerRecipe, identity: String, stateFile: URL?) {
    self.model = model
    self.recipe = recipe
    self.stateFile = stateFile
    let arena = ParameterArena(model.parameters.weights)
    self.arena = arena
    optimizer = recipe.makeOptimizer(arena)
    average = recipe.averageDecay.map { ExponentialMovingAverage(arena, decay: $0) }
    state = TrainingState(
      model: model, optimizer: optimizer, average: average, recipe: identity)
  }

  /// Goes on from the saved state, if there is one.
  func resume() throws {
    guard let stateFile, FileManager.default.fileExists(atPath: stateFile.path) else { return }
    step = try state.restore(stateFile)
  }

  struct Limits {
    /// Of the whole training; `nil` for no limit.
    var steps: Int?
    /// Stops after this time even if steps are left; `nil` for no limit.
    var duration: Duration?
    var batchSize: Int
    var stepsPerEpoch: Int
    var intervals: TrainingIntervals
  }

  /// Runs to the limits.
  ///
  /// - Parameters:
  ///   - afterEpoch: called after the last step of each epoch, counted from 1, before a state is
  ///     saved that has it.
  ///   - didSave: called after each saved state, and at the end, when all is known to be finite.
  ///   - loss: the loss `[1]` of a step.
  func run(
    _ limits: Limits, progress: (TrainingProgress) throws -> Void,
    afterEpoch: (_ epoch: Int) throws -> Void = { _ in }, didSave: () throws -> Void = {},
    loss: (_ step: Int) throws -> Tensor
  ) throws {
    let clock = ContinuousClock()
    let (start, firstStep) = (clock.now, step)
    var (lastSave, lastReport) = (start, start)
    var monitor = LossMonitor()
    func isOver() -> Bool {
      limits.steps.map { step >= $0 } ?? false
        || limits.duration.map { clock.now - start >= $0 } ?? false
    }
    var isDone = isOver()
    while !isDone {
      monitor.add(try advance(limits, loss: loss))
      isDone = isOver()
      if step % limits.stepsPerEpoch == 0 { try afterEpoch(step / limits.stepsPerEpoch) }
      // Now and then, so that the host does not run far ahead of the device.
      if step % 10 == 0 { try arena.backend.synchronize() }
      guard isDone || clock.now - lastReport >= limits.intervals.report else { continue }
      let mean = try meanLoss(&monitor)
      lastReport = clock.now
      try progress(report(limits, loss: mean, elapsed: lastReport - start, steps: step - firstStep))
      guard isDone || lastReport - lastSave >= limits.intervals.save else { continue }
      if let stateFile { try state.save(step: step, to: stateFile) }
      try didSave()
      lastSave = clock.now
    }
  }

  private func advance(_ limits: Limits, loss: (_ step: Int) throws -> Tensor) throws -> Tensor {
    let value = try loss(step)
    arena.backpropagate(value)
    optimizer.step(
      learningRate: recipe.rate(step: step, total: limits.steps ?? 0), clipNorm: recipe.clipNorm)
    average?.update()
    step += 1
    return value
  }

  private func meanLoss(_ monitor: inout LossMonitor) throws -> Float {
    do {
      return try monitor.mean() ?? 0
    } catch is NonFiniteLoss {
      let saved = stateFile.flatMap {
        FileManager.default.fileExists(atPath: $0.path) ? $0.path : nil
      }
      throw TrainingError.diverged(step: step, state: saved)
    }
  }

  private func report(
    _ limits: Limits, loss: Float, elapsed: Duration, steps: Int
  ) -> TrainingProgress {
    let seconds = elapsed / .seconds(1)
    let left = [
      limits.steps.map { seconds / Double(steps) * Double($0 - step) },
      limits.duration.map { ($0 - elapsed) / .seconds(1) },
    ].compactMap { $0 }.min()
    return TrainingProgress(
      step: step, totalSteps: limits.steps, epoch: (step - 1) / limits.stepsPerEpoch + 1,
      loss: loss, learningRate: recipe.rate(step: step - 1, total: limits.steps ?? 0),
      imagesPerSecond: Double(steps * limits.batchSize) / seconds, secondsLeft: max(left ?? 0, 0))
  }

  /// Makes the averaged weights, if there are any, the network's own.
  func adoptAverage() {
    guard let average else { return }
    let values = average.withAverages { arena.parameters.map(\.value) }
    for (parameter, value) in zip(arena.parameters, values) {
      arena.backend.copy(value.slice, into: parameter.value.slice)
    }
  }
}
