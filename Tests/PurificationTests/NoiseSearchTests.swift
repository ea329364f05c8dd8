import Purification
import Testing

@Suite struct NoiseSearchTests {
  private func search(limit: Int, _ curve: [Int: Double]) throws -> NoiseSearch {
    try NoiseSearch(limit: limit) { try #require(curve[$0], "level \($0) was measured") }
  }

  @Test func takesTheMostThatIsBorne() throws {
    let found = try search(limit: 500, [150: 1, 200: 0.99, 250: 0.98, 300: 0.93])
    #expect(found.noiseSteps == 250)
    #expect(found.isBearable && found.reachesGoal)
    #expect(found.measurements.map(\.noiseSteps) == [150, 200, 250, 300])
  }

  @Test func staysBelowWhatTheDenoiserKnows() throws {
    #expect(try search(limit: 220, [150: 1, 200: 1]).noiseSteps == 200)
    #expect(try search(limit: 30, [30: 0.99]).noiseSteps == 30)
  }

  @Test func goesDownToTheLeastUsefulLevel() throws {
    let found = try search(limit: 300, [150: 0.9, 100: 0.98])
    #expect(found.noiseSteps == 100 && found.reachesGoal)
    // Where none is borne well, the most that is borne at all.
    let weak = try search(limit: 300, [150: 0.74, 100: 0.85])
    #expect(weak.noiseSteps == 150 && weak.isBearable && !weak.reachesGoal)
    let weaker = try search(limit: 300, [150: 0.6, 100: 0.75])
    #expect(weaker.noiseSteps == 100 && weaker.isBearable)
    let none = try search(limit: 300, [150: 0.3, 100: 0.5])
    #expect(none.noiseSteps == 100 && !none.isBearable)
  }

  @Test func secondLooksGoHigher() {
    #expect(SecondLook.levels(above: 150, limit: 300) == [200, 250])
    #expect(SecondLook.levels(above: 250, limit: 300) == [300])
    #expect(SecondLook.levels(above: 300, limit: 300) == [300])
  }

  @Test func aLevelSeparatesWhereSuspectsMoveMore() {
    func level(_ moved: Int, _ controlsMoved: Int) -> SecondLook.Level {
      SecondLook.Level(
        noiseSteps: 200, suspects: 100, moved: moved, controls: 100, controlsMoved: controlsMoved)
    }
    #expect(level(40, 5).separates && !level(40, 5).breaksLabels)
    #expect(!level(6, 5).separates)
    #expect(level(90, 30).breaksLabels)
  }
}
