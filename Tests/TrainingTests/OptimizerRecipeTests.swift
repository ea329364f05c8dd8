import Testing
import Training

@Suite struct OptimizerRecipeTests {
  @Test func constantWithWarmup() {
    let recipe = OptimizerRecipe(kind: .adam, learningRate: 0.1, warmupSteps: 4)
    let rates = (0..<6).map { recipe.rate(step: $0, total: 100) }
    #expect(close(rates, [0.025, 0.05, 0.075, 0.1, 0.1, 0.1]))
  }

  @Test func multiStep() {
    let recipe = OptimizerRecipe(
      kind: .sgd, learningRate: 1, decay: .multiStep(at: [0.5, 0.75], factor: 0.1))
    let rates = [0, 49, 50, 74, 75, 99].map { recipe.rate(step: $0, total: 100) }
    #expect(close(rates, [1, 1, 0.1, 0.1, 0.01, 0.01]))
  }

  @Test func cosineWithWarmup() {
    let recipe = OptimizerRecipe(kind: .sgd, learningRate: 2, decay: .cosine, warmupSteps: 2)
    let rates = [0, 1, 2, 52, 102].map { recipe.rate(step: $0, total: 102) }
    #expect(close(rates, [1, 2, 2, 1, 0]))
  }

  private func close(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func progressLine() {
    let progress = TrainingProgress(
      step: 1200, totalSteps: 4000, epoch: 3, loss: 0.03117, learningRate: 0.1,
      imagesPerSecond: 410.7, secondsLeft: 125)
    #expect(progress.line == "epoch 3, step 1200/4000, loss 0.0312, 411 images/s, 2 min 05 s left")
    var slow = progress
    slow.imagesPerSecond = 1.26
    slow.secondsLeft = 3 * 3600 + 61
    slow.loss = 12
    #expect(slow.line == "epoch 3, step 1200/4000, loss 12.0000, 1.26 images/s, 3 h 01 min left")
    // A loss may be anything before a training is given up.
    slow.loss = 1e30
    #expect(slow.line.contains("1000000015047466219876688855040.0000"))
  }
}
