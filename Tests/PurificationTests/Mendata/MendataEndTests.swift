import Purification
import Testing

/// When Mendata's rounds end, by hand-worked rounds.
@Suite struct MendataEndTests {
  private func rounds(_ objectives: [Double], perturbation: Double = 0) -> [MendataRound] {
    objectives.enumerated().map { index, objective in
      MendataRound(
        number: index + 1, distance: objective, penalty: 0, criticSteps: 20, hasConverged: true,
        objective: objective, moved: 1, meanPerturbation: perturbation,
        greatestPerturbation: perturbation)
    }
  }

  private var options: MendataOptions {
    var options = MendataOptions(imageSide: 32)
    options.rounds = 8
    options.patience = 3
    return options
  }

  @Test func goesOnWhileTheObjectiveFalls() {
    #expect(MendataEnd.reached(by: [], options) == nil)
    #expect(MendataEnd.reached(by: rounds([5, 4, 3, 2]), options) == nil)
  }

  @Test func endsAfterThreeRoundsAboveTheLeast() {
    #expect(MendataEnd.reached(by: rounds([5, 2, 3, 3]), options) == nil)
    #expect(MendataEnd.reached(by: rounds([5, 2, 3, 3, 2.5]), options) == .patience)
    // Equal to the least is not above it, and a new least starts anew.
    #expect(MendataEnd.reached(by: rounds([5, 2, 3, 2, 3]), options) == nil)
    #expect(MendataEnd.reached(by: rounds([5, 2, 3, 1, 3]), options) == nil)
    // Three rounds have nothing before them to be above.
    #expect(MendataEnd.reached(by: rounds([1, 2, 3]), options) == nil)
  }

  @Test func endsAtTheLimitAndAtTheBudget() {
    #expect(MendataEnd.reached(by: rounds([8, 7, 6, 5, 4, 3, 2, 1]), options) == .rounds)
    var limited = options
    limited.budget = 2.5
    #expect(MendataEnd.reached(by: rounds([5], perturbation: 2.4), limited) == nil)
    #expect(MendataEnd.reached(by: rounds([5], perturbation: 2.5), limited) == .budget)
  }

  @Test func defaultsAreThePapersForTheImageSize() {
    let (cifar, tiny) = (MendataOptions(imageSide: 32), MendataOptions(imageSide: 64))
    #expect(cifar.share == 0.05)
    #expect(cifar.critic.checkpointInterval == 20)
    #expect(tiny.share == 0.1)
    #expect(tiny.critic.checkpointInterval == 1)
    for options in [cifar, tiny] {
      #expect(options.rounds == 30 && options.patience == 5 && options.amplification == 2)
      #expect(options.critic.batchSize == 256 && options.critic.penaltyWeight == 10)
      #expect(options.stepSize == nil)
      #expect(options.critic.learningRate == 1e-3 && options.sizePenalty == 0)
    }
  }
}
