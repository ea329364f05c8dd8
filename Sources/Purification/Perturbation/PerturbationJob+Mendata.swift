import Datasets
import Foundation
import Models
import Support

extension PerturbationJob {
  /// The rounds of Mendata; fills in what the report says of them.
  func runMendata(
    _ options: MendataOptions, _ untrusted: any LabelledImages, reference: any LabelledImages,
    extractor: FeatureExtractor, folder: RunFolder, report: inout PerturbationReport,
    timings: inout PhaseTimings
  ) throws -> any ChangedImages {
    var meter: (phase: String, rate: ThroughputMeter)?
    let mendata = try timings.measure("features") {
      try Mendata(
        untrusted: untrusted, reference: reference, extractor: extractor, options: options,
        seed: self.options.seed, folder: folder.url, batchSize: batchSize
      ) { phase, done, total in
        if meter?.phase != phase { meter = (phase, ThroughputMeter(total: total)) }
        try events.progress(phase, meter?.rate.line(done) ?? "", done == total)
      }
    }
    let timer = RoundTimer(done: mendata.rounds.count, limit: options.rounds)
    let end = try timings.measure("rounds") {
      try mendata.run {
        let line = $0.line(of: options) + timer.left(before: $0.round)
        try events.progress("rounds", line, false)
      } didEnd: { round in
        events.note(round.line)
        guard round.number == 1 else { return }
        if options.stepSize == nil, let found = mendata.stepSize {
          events.note(
            String(
              format: "Perturbation rate %.3g, so that the first round moves images by %.0f/255",
              found,
              MendataOptions.usualStep))
        }
        round.advice(options, samples: untrusted.count).map(events.warning)
      }
    }
    try events.progress("rounds", "\(mendata.rounds.count) done", true)
    timings.note("rounds: critic (Step I)", mendata.criticTime)
    report.rounds = mendata.rounds
    report.perturbationRate = mendata.stepSize
    report.end = end
    report.distances = try timings.measure("final distances") { try mendata.finalDistances() }
    let capped = mendata.rounds.count { !$0.hasConverged }
    if capped > 0 {
      report.warnings.append(
        "in \(capped) of \(mendata.rounds.count) rounds the critic had not settled after "
          + "\(options.critic.maximumSteps) steps; --critic-steps allows more")
    }
    report.warnings.forEach(events.warning)
    return mendata.result
  }
}

/// How long the rounds that are left take if they take as long as those of this process.
private struct RoundTimer {
  /// Rounds of earlier processes.
  let done: Int
  let limit: Int
  private let start = ContinuousClock.now

  init(done: Int, limit: Int) {
    self.done = done
    self.limit = limit
  }

  /// `, at most 1 min 05 s left` in a round; empty in this process' first one.
  func left(before round: Int) -> String {
    let finished = round - 1 - done
    guard finished > 0 else { return "" }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let seconds = elapsed / Double(finished) * Double(limit - round + 1)
    return ", at most \(NumberFormat.duration(seconds)) left"
  }
}

extension MendataProgress {
  func line(of options: MendataOptions) -> String {
    var text = "round \(round)/\(options.rounds)"
    if let checkpoint {
      text += String(
        format: ", distance %.4f, penalty %.4f", checkpoint.distance, checkpoint.penalty)
    }
    text += String(
      format: ", perturbation mean %.3f, greatest %.2f of 255", perturbation.mean,
      perturbation.greatest)
    return total > 0 ? text + ", moved \(moved)/\(total)" : text
  }
}

extension MendataRound {
  /// After the first round: what a first step so large asks for.
  func advice(_ options: MendataOptions, samples: Int) -> String? {
    guard let stepSize = options.stepSize else { return nil }
    let step = meanPerturbation * Double(samples) / Double(max(moved, 1))
    guard step > Self.largeStep else { return nil }
    return String(
      format: "the first round moved images by %.1f/255, which shows; a --perturbation-rate of "
        + "%.2g would move them by %.0f/255", step, stepSize * MendataOptions.usualStep / step,
      MendataOptions.usualStep)
  }

  /// Mean ‖δ‖∞ of the moved samples in 1/255.
  private static let largeStep = 16.0

  /// `Round 3: distance 1.2345 (penalty 0.0123, 240 steps), 500 moved, perturbation mean …`
  var line: String {
    "Round \(number): "
      + String(format: "distance %.4f (penalty %.4f, ", distance, penalty)
      + "\(criticSteps) steps\(hasConverged ? "" : ", not settled")), \(moved) moved, "
      + String(
        format: "perturbation mean %.3f, greatest %.2f of 255", meanPerturbation,
        greatestPerturbation)
  }
}
