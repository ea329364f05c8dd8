import Datasets
import Foundation
import Models

extension PerturbationJob {
  /// The rounds of Mendata; fills in what the report says of them.
  func runMendata(
    _ options: MendataOptions, _ untrusted: any LabelledImages, reference: any LabelledImages,
    extractor: FeatureExtractor, folder: RunFolder, report: inout PerturbationReport,
    timings: inout PhaseTimings
  ) throws -> any ChangedImages {
    var meter: (phase: String, rate: RateMeter)?
    let mendata = try timings.measure("features") {
      try Mendata(
        untrusted: untrusted, reference: reference, extractor: extractor, options: options,
        seed: self.options.seed, folder: folder.url, batchSize: batchSize
      ) { phase, done, total in
        if meter?.phase != phase { meter = (phase, RateMeter(total: total, done: 0)) }
        try events.progress(phase, meter?.rate.line(Double(done)) ?? "", done == total)
      }
    }
    let clock = ContinuousClock()
    let (start, doneBefore) = (clock.now, mendata.rounds.count)
    var inCritic = Duration.zero
    var lastMark = start
    func left(after round: Int) -> String {
      let elapsed = (clock.now - start) / .seconds(1)
      guard round > doneBefore else { return "" }
      let seconds = elapsed / Double(round - doneBefore) * Double(options.rounds - round)
      return String(format: "  at most %d:%02d left", Int(seconds) / 60, Int(seconds) % 60)
    }
    let end = try timings.measure("rounds") {
      try mendata.run { progress in
        if progress.total == 0 {
          inCritic += clock.now - lastMark
        }
        lastMark = clock.now
        try events.progress("rounds", progress.line(of: options) + left(after: progress.round - 1), false)
      } didEnd: { round in
        events.note(round.line)
        if round.number == 1 { round.advice(options, samples: untrusted.count).map(events.warning) }
        lastMark = clock.now
      }
    }
    try events.progress("rounds", "\(mendata.rounds.count) done", true)
    timings.note("rounds: critic (Step I)", inCritic)
    report.rounds = mendata.rounds
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

extension MendataProgress {
  func line(of options: MendataOptions) -> String {
    var text = "round \(round)/\(options.rounds)"
    if let checkpoint {
      text += String(
        format: "  distance %.4f  penalty %.4f", checkpoint.distance, checkpoint.penalty)
    }
    text += String(
      format: "  perturbation mean %.3f, greatest %.2f of 255", perturbation.mean,
      perturbation.greatest)
    return total > 0 ? text + "  moved \(moved)/\(total)" : text
  }
}

extension MendataRound {
  /// After the first round: what a first step so large asks for.
  func advice(_ options: MendataOptions, samples: Int) -> String? {
    let step = meanPerturbation * Double(samples) / Double(max(moved, 1))
    guard step > Self.largeStep else { return nil }
    return String(
      format: "the first round moved images by %.1f/255, which shows; a --perturbation-rate of %.2g "
        + "would move them by %.0f/255", step, options.stepSize * Self.usualStep / step,
      Self.usualStep)
  }

  /// Mean ‖δ‖∞ of the moved samples in 1/255.
  private static let largeStep = 16.0
  private static let usualStep = 4.0

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
