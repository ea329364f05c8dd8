import Datasets
import Foundation
import Models
import Runs
import Support
import Training

/// Changes untrusted images until their features are distributed like those of a reference set;
/// labels stay (Huang, Gong, Reiter, "Mendata").
public struct Mendata: Purifier {
  public static let id = "mendata"
  public static let sharesDevices = true

  public var options: MendataOptions
  public var reference = ReferenceOptions()
  public var seed: UInt64 = 0

  public init(_ options: MendataOptions) {
    self.options = options
  }

  public var files: [String: String] { reference.files }

  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<MendataFindings> {
    let (dataset, run) = (context.dataset, context.run)
    let data = try reference.load(in: context, seed: seed)
    guard let set = data.set, let extractor = data.extractor else {
      throw PurificationError.reference(
        "Mendata needs reference data and a classifier whose features it compares")
    }
    guard MendataRounds.movedCount(options, of: set.untrusted.count) > 0 else {
      throw PurificationError.nothingSelected(share: options.share, samples: set.untrusted.count)
    }
    let folder = try context.begin(data.identity())
    let untrusted = ImageSelection(dataset, indices: set.untrusted)
    let rounds = try run.measure("features") {
      try MendataRounds(
        untrusted: untrusted, reference: set.images,
        extractors: try FeatureExtractors(extractor, on: context.devices), options: options,
        seed: seed, folder: folder.url, batchSize: context.batchSize, run: run)
    }
    var findings = MendataFindings(self, reference: data.report)
    let end = try run.measure("rounds") { try runRounds(rounds, untrusted.count, run) }
    try run.status("rounds", "\(rounds.rounds.count) done", isLast: true)
    run.add(rounds.criticTime, to: "rounds: critic (Step I)")
    findings.take(rounds, end: end)
    findings.distances = try run.measure("final distances") { try rounds.finalDistances() }
    for warning in findings.warnings { try run.warn(warning) }
    let charts = try run.measure("projection") {
      [
        "rounds.svg": RoundChart(rounds: rounds.rounds).svg(),
        MendataFindings.featureChart: try FeatureProjection(
          reference: set.images, untrusted: untrusted, purified: rounds.result,
          extractor: extractor
        ).svg(),
      ]
    }
    var outcome = data.outcome(
      Revisions(imaged: set.untrusted, images: rounds.result), findings: findings,
      fingerprint: try context.fingerprint())
    let addList = outcome.addFiles
    outcome.addFiles = { folder in
      try addList(folder)
      for (name, chart) in charts { try TextFile.write(chart, to: folder + "/" + name) }
    }
    return outcome
  }

  private func runRounds(
    _ rounds: MendataRounds, _ samples: Int, _ run: Run
  ) throws -> MendataEnd {
    let timer = RoundTimer(done: rounds.rounds.count, limit: options.rounds)
    return try rounds.run {
      try run.status("rounds", $0.line(of: options) + timer.left(before: $0.round))
    } didEnd: { round in
      try run.note(round.line)
      if let forecast = timer.forecast(
        after: round, rounds, output: samples * rounds.untrusted.shape.byteCount)
      {
        try run.note(forecast)
      }
      guard round.number == 1 else { return }
      if options.stepSize == nil, let found = rounds.stepSize {
        try run.note(
          String(
            format: "Perturbation rate %.3g, so that the first round moves images by %.0f/255",
            found, MendataOptions.usualStep))
      }
      if let advice = round.advice(options, samples: samples) { try run.warn(advice) }
    }
  }
}
