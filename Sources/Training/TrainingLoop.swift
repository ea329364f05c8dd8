import Autograd
import Foundation
import NeuralNet

/// The steps of a training: loss, gradients, optimiser, average; with progress and saved states.
///
/// The loss of a step is a function of its number alone, so a resumed training ends with the same
/// weights as one that was never stopped.
package final class TrainingLoop {
  let recipe: OptimizerRecipe
  package let average: ExponentialMovingAverage?
  /// Steps done.
  package private(set) var step = 0
  /// The trained weights.
  package let arena: ParameterArena
  private let optimizer: any Optimizer
  private let state: TrainingState?

  /// - Parameters:
  ///   - model: is trained.
  ///   - whole: what is saved and restored, the model with what else changes; `nil` for the model.
  ///   - states: the file where states are saved, and what a resumed training must share; `nil` for
  ///     no states.
  package init(
    model: any Module, partOf whole: (any Module)? = nil, recipe: OptimizerRecipe,
    states: (file: URL, identity: TrainingIdentity)?
  ) {
    self.recipe = recipe
    let arena = ParameterArena(model.parameters.weights)
    self.arena = arena
    let optimizer = recipe.makeOptimizer(arena)
    let average = recipe.averageDecay.map { ExponentialMovingAverage(arena, decay: $0) }
    (self.optimizer, self.average) = (optimizer, average)
    state = states.map {
      TrainingState(
        file: $0.file, model: whole ?? model, optimizer: optimizer, average: average,
        identity: $0.identity)
    }
  }

  /// Goes on from the saved state, if there is one.
  package func resume() throws {
    if let state, state.exists { step = try state.restore() }
  }

  package struct Limits {
    /// Of the whole training; `nil` for no limit.
    var steps: Int?
    /// Stops after this time even if steps are left; `nil` for no limit.
    var duration: Duration?
    var batchSize: Int
    var stepsPerEpoch: Int
    var intervals: TrainingIntervals

    package init(
      steps: Int?, duration: Duration? = nil, batchSize: Int, stepsPerEpoch: Int,
      intervals: TrainingIntervals
    ) {
      self.steps = steps
      self.duration = duration
      self.batchSize = batchSize
      self.stepsPerEpoch = stepsPerEpoch
      self.intervals = intervals
    }
  }

  /// Runs to the limits.
  ///
  /// - Parameters:
  ///   - progress: may throw to stop the training, whose state then is saved.
  ///   - afterEpoch: called after the last step of each epoch, counted from 1, before a state is
  ///     saved that has it.
  ///   - didSave: called after each saved state but the last, when all is known to be finite.
  ///   - loss: the loss `[1]` of a step.
  package func run(
    _ limits: Limits, progress: (TrainingProgress) throws -> Void,
    afterEpoch: (_ epoch: Int) throws -> Void = { _ in }, didSave: () throws -> Void = {},
    loss: (_ step: Int) throws -> Tensor
  ) throws {
    func gradients(_ step: Int) throws -> Tensor {
      let value = try loss(step)
      arena.backpropagate(value)
      return value
    }
    try run(
      limits, gradients: gradients, progress: progress, afterEpoch: afterEpoch, didSave: didSave)
  }

  /// Runs to the limits by gradients of another making.
  ///
  /// - Parameter gradients: stores a step's gradients in the arena, and returns its loss `[1]`.
  package func run(
    _ limits: Limits, gradients: (_ step: Int) throws -> Tensor,
    progress: (TrainingProgress) throws -> Void,
    afterEpoch: (_ epoch: Int) throws -> Void = { _ in }, didSave: () throws -> Void = {}
  ) throws {
    let clock = ContinuousClock()
    let (start, firstStep) = (clock.now, step)
    var (lastSave, lastReport, cost) = (start, start, Duration.zero)
    var monitor = LossMonitor()
    func isOver() -> Bool {
      limits.steps.map { step >= $0 } ?? false
        || limits.duration.map { clock.now - start >= $0 } ?? false
    }
    var isDone = isOver()
    while !isDone {
      monitor.add(try advance(limits, gradients: gradients))
      isDone = isOver()
      if step % limits.stepsPerEpoch == 0 { try afterEpoch(step / limits.stepsPerEpoch) }
      // Now and then, so that the host does not run far ahead of the device.
      if step % 10 == 0 { try arena.backend.synchronize() }
      guard isDone || clock.now - lastReport >= limits.intervals.report else { continue }
      let mean = try meanLoss(&monitor)
      lastReport = clock.now
      func save() throws {
        try state?.save(step: step)
        if !isDone { try didSave() }
      }
      do {
        try progress(
          report(limits, loss: mean, elapsed: lastReport - start, steps: step - firstStep))
      } catch {
        // Whoever stops the training shall lose nothing.
        try save()
        throw error
      }
      let distance = limits.intervals.distance(cost: cost)
      guard isDone || lastReport - lastSave >= distance else { continue }
      try save()
      lastSave = clock.now
      cost = lastSave - lastReport
    }
  }

  private func advance(
    _ limits: Limits, gradients: (_ step: Int) throws -> Tensor
  ) throws -> Tensor {
    let value = try gradients(step)
    take(of: limits.steps)
    return value
  }

  /// Takes a step by the gradients in the arena.
  ///
  /// - Parameter steps: of the whole training; `nil` for no limit.
  package func take(of steps: Int?) {
    optimizer.step(
      learningRate: recipe.rate(step: step, total: steps ?? 0), clipNorm: recipe.clipNorm)
    average?.update()
    step += 1
  }

  private func meanLoss(_ monitor: inout LossMonitor) throws -> Float {
    do {
      return try monitor.mean() ?? 0
    } catch is NonFiniteLoss {
      throw TrainingError.diverged(step: step, state: state?.savedPath)
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
  package func adoptAverage() {
    guard let average else { return }
    let values = average.withAverages { arena.parameters.map(\.value) }
    for (parameter, value) in zip(arena.parameters, values) {
      arena.backend.copy(value.slice, into: parameter.value.slice)
    }
  }
}
