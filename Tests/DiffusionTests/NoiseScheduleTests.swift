import Foundation
import Testing

import Diffusion

@Suite struct NoiseScheduleTests {
  /// ᾱ of linear-1000 as DataElixir's community quotes it, rounded to five places.
  @Test(arguments: [
    (50, 0.96995), (75, 0.93762), (100, 0.89514), (125, 0.84399), (150, 0.78589), (200, 0.65635),
    (250, 0.52142),
  ])
  func linearTable(timestep: Int, alphaBar: Double) {
    #expect(abs(NoiseSchedule.reference.alphaBars[timestep] - alphaBar) < 5.1e-6)
  }

  @Test func paperLevelIsBetweenTheTimeSteps() {
    // T=150 noise steps end at time step 149.
    #expect(abs(NoiseSchedule.reference.alphaBar(level: 150) - 0.78832) < 5e-6)
    #expect(NoiseSchedule.reference.alphaBar(level: 0) == 1)
  }

  @Test func closestTimestep() {
    let schedule = NoiseSchedule.reference
    for timestep in [0, 1, 77, 149, 998, 999] {
      let level = schedule.alphaBars[timestep]
      #expect(schedule.timestep(closestTo: level) == timestep)
      #expect(schedule.timestep(closestTo: level * (1 + 1e-7)) == timestep)
      #expect(schedule.timestep(closestTo: level * (1 - 1e-7)) == timestep)
    }
    #expect(schedule.timestep(closestTo: 1) == 0)
    #expect(schedule.timestep(closestTo: 0) == 999)
    // Improved diffusion's cosine-4000: the level of linear-1000's t=150 lies near 1200.
    let cosine = NoiseSchedule(.squaredCosine, count: 4000)
    #expect((1190...1205).contains(cosine.timestep(closestTo: schedule.alphaBar(level: 150))))
    #expect(abs(cosine.alphaBars[150] - 0.99508) < 5e-5)
  }

  @Test func betasByHand() {
    func close(_ a: [Double], _ b: [Double]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 }
    }
    #expect(close(BetaSchedule.linear(start: 0.1, end: 0.3).betas(count: 3), [0.1, 0.2, 0.3]))
    // √0.01 = 0.1, √0.09 = 0.3, between them 0.2² = 0.04.
    #expect(
      close(BetaSchedule.scaledLinear(start: 0.01, end: 0.09).betas(count: 3), [0.01, 0.04, 0.09]))
    let sigmoid = BetaSchedule.sigmoid(start: 0, end: 1).betas(count: 3)
    #expect(close(sigmoid, [1 / (1 + exp(6.0)), 0.5, 1 / (1 + exp(-6.0))]))
    #expect(close(BetaSchedule.table([0.5, 0.25]).betas(count: 9), [0.5, 0.25]))
    #expect(BetaSchedule.squaredCosine.betas(count: 1000).last == 0.999)
    let halves = NoiseSchedule(.table([0.5, 0.5]))
    #expect(close(halves.alphaBars, [0.5, 0.25]))
  }
}
