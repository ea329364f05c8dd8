import Foundation
import Runs
import TestSupport
import Testing

import Purification

/// What is said of a run before it begins.
@Suite struct ForecastTests {
  @Test func addsUpWhatNetworksTake() throws {
    var options = DataElixir()
    options.ownDenoiser.steps = 10
    options.victim.plan.recipe.epochs = 1
    options.victim.plan.recipe.minimumSteps = 0
    options.victim.plan.recipe.batchSize = 100
    let times = NetworkTimes(
      denoiserPass: 0.01, denoiserStep: 2, classifierPass: 0.001, classifierStep: 0.5,
      sifting: 520)
    let forecast = options.forecast(times, samples: 20_000, classes: 10)
    func seconds(_ name: String) throws -> Double {
      try #require(forecast.phases.first { $0.name == name }).seconds
    }
    // 10 steps; 200 steps.
    #expect(try abs(seconds("sifting") - 520) < 1e-9)
    #expect(try abs(seconds("denoiser") - 20) < 1e-9)
    #expect(try abs(seconds("victim model") - 100) < 1e-9)
    // A round: 10 calls of the denoiser and 4 labels, 0.104 s; a restoration has 3.
    #expect(try abs(seconds("noise search") - 256 * 4 * 0.104) < 1e-9)
    #expect(try abs(seconds("candidates") - 20_000 * 0.312) < 1e-9)
    // 64 samples of each class are restored; they and a tenth of all are tried on 16 images in 3
    // ways, there and back: 96 labels each.
    #expect(try abs(seconds("transplants") - (640 * (0.312 + 0.096) + 2000 * 0.096)) < 1e-9)
    // A tenth of the samples and 128 controls are looked at again; a second model is trained.
    #expect(abs(forecast.repair - (2128 * 0.312 + 100)) < 1e-9)

    options.ownDenoiser.minutes = 0.1
    let limited = options.forecast(times, samples: 20_000, classes: 10)
    #expect(abs(limited.seconds - (forecast.seconds - 14)) < 1e-9)
  }

  @Test func isALine() {
    var forecast = RunForecast()
    forecast.add("victim model", 65)
    forecast.add("writing", 0.2)
    forecast.repair = 130
    forecast.memory = 421_300_000
    forecast.disk = 8600
    #expect(
      forecast.text
        == "Expected: about 1 min 05 s, 2 min 10 s more if there is something to repair "
        + "(victim model 1 min 05 s); 421 MB of memory, 8.6 kB of disk")
  }

  @Test func changesNoResultAndIsSaidOnce() throws {
    let world = try SmallWorld()
    var notes: [String] = []
    func run(_ output: String, showsForecast: Bool) throws {
      var job = try world.job(world.method)
      job.showsForecast = showsForecast
      job.handler = { if case .note(let text) = $0 { notes.append(text) } }
      _ = try job.run(output: world.folder.path + "/" + output)
    }
    try run("plain", showsForecast: false)
    #expect(!notes.contains { $0.hasPrefix("Expected") })
    try run("forecast", showsForecast: true)
    #expect(notes.count { $0.hasPrefix("Expected: about") } == 1)
    #expect(try world.contents("forecast") == world.contents("plain"))
  }
}
