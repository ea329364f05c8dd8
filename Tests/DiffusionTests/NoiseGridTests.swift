import Testing

import Diffusion

@Suite struct NoiseGridTests {
  @Test func documentedExample() {
    #expect(
      NoiseGrid(noiseSteps: 150, steps: 10).levels == [150, 119, 92, 69, 48, 32, 19, 9, 6, 3])
  }

  @Test func fullGridIsEveryLevel() {
    #expect(NoiseGrid(noiseSteps: 150).levels == Array((1...150).reversed()))
    #expect(NoiseGrid(noiseSteps: 20, steps: 99).levels == Array((1...20).reversed()))
  }

  @Test func fewSteps() {
    #expect(NoiseGrid(noiseSteps: 150, steps: 1).levels == [150])
    #expect(NoiseGrid(noiseSteps: 150, steps: 2).levels == [150, 3])
    #expect(NoiseGrid(noiseSteps: 150, steps: 3).levels == [150, 6, 3])
    #expect(NoiseGrid(noiseSteps: 5, steps: 3).levels == [5, 4, 3])
  }

  @Test func everyGridFallsFromTheTopAndHasQuietStates() throws {
    for top in [1, 2, 5, 9, 10, 11, 30, 75, 150, 300, 1000] {
      for steps in [1, 2, 3, 4, 5, 8, 10, 20, 50, 149] {
        let levels = NoiseGrid(noiseSteps: top, steps: steps).levels
        #expect(levels.count == min(steps, top))
        #expect(levels[0] == top)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 > $1 })
        #expect(levels[levels.count - 1] >= 1)
        let plan = try SamplerPlan(
          schedule: .reference, sampler: .ddpm, noiseSteps: top, steps: steps)
        // The clean image and the grid's lowest levels.
        #expect(plan.quietStates >= min(3, min(steps, top)))
      }
    }
  }

  @Test func candidatesOfARound() throws {
    func plan(_ steps: Int?) throws -> SamplerPlan {
      try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 150, steps: steps)
    }
    // The paper's: the outputs of t = 9 … 0.
    let full = try plan(nil)
    #expect(full.steps.map(\.timestep) == Array((0..<150).reversed()))
    #expect(full.quietStates == 10)
    #expect(full.candidateCount(keepLast: 10) == 10)
    #expect(full.candidateCount(keepLast: 4) == 4)
    #expect(full.candidateCount(keepLast: 30) == 10)
    // Levels 9, 6, 3 and the clean image.
    #expect(try plan(10).candidateCount(keepLast: 10) == 4)
    #expect(try plan(1).candidateCount(keepLast: 10) == 1)
  }

  @Test func otherSchedulesAreEnteredAtTheSameNoise() throws {
    let cosine = NoiseSchedule(.squaredCosine, count: 4000)
    let plan = try SamplerPlan(schedule: cosine, sampler: .ddpm, noiseSteps: 150, steps: 10)
    #expect(abs(plan.startAlphaBar - 0.78832) < 5e-4)
    #expect(plan.steps.count == 10)
    #expect(plan.candidateCount(keepLast: 10) == 4)
    // A schedule of few, large steps has fewer distinct levels.
    let coarse = NoiseSchedule(.linear(start: 1e-3, end: 0.2), count: 100)
    let few = try SamplerPlan(schedule: coarse, sampler: .ddpm, noiseSteps: 150)
    #expect(few.steps.count < 20)
    #expect(zip(few.steps, few.steps.dropFirst()).allSatisfy { $0.timestep > $1.timestep })
  }

  @Test func refusals() {
    #expect(throws: DiffusionError.noiseSteps(0, limit: 1000)) {
      try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 0)
    }
    #expect(throws: DiffusionError.samplerSteps(0)) {
      try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 5, steps: 0)
    }
    var limited = NoiseSchedule.reference
    limited.trainedTimesteps = 150
    #expect(throws: Never.self) {
      try SamplerPlan(schedule: limited, sampler: .ddpm, noiseSteps: 150)
    }
    #expect(throws: DiffusionError.untrainedTimestep(150, limit: 150)) {
      try SamplerPlan(schedule: limited, sampler: .ddpm, noiseSteps: 151)
    }
  }
}
