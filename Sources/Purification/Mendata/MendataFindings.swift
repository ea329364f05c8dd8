import Foundation
import Reports
import Support

/// What a run of Mendata found.
public struct MendataFindings: PurificationFindings {
  public var reference: ReferenceReport?
  public var rounds: [MendataRound] = []
  /// l_δ, given or found.
  public var perturbationRate: Double?
  public var end: MendataEnd?
  public var distances: MendataDistances?
  /// An SVG, the features before and after.
  private var features: [UInt8]?
  private let mendata: Mendata

  private enum CodingKeys: String, CodingKey {
    case reference, rounds, perturbationRate, end, distances
    case mendata = "options"
  }

  static let featureChart = "features.svg"

  init(_ mendata: Mendata, reference: ReferenceReport?) {
    self.mendata = mendata
    self.reference = reference
  }

  mutating func take(_ found: MendataRounds, end: MendataEnd) {
    rounds = found.rounds
    perturbationRate = found.stepSize
    self.end = end
  }

  public var warnings: [String] {
    let capped = rounds.count { !$0.hasConverged }
    guard capped > 0 else { return [] }
    return [
      "in \(capped) of \(rounds.count) rounds the critic had not settled after "
        + "\(mendata.options.critic.maximumSteps) steps; allow it more"
    ]
  }

  public var summary: [String] {
    var lines: [String] = []
    if let end, let first = rounds.first, let last = rounds.last {
      lines.append(
        "\(rounds.count) rounds, ended by \(end.rawValue); distance "
          + String(format: "%.4f before, %.4f in the last round", first.distance, last.distance))
    }
    if let distances {
      lines.append(
        String(
          format: "Last critic: %.4f perturbed, %.4f amplified, %.4f in bytes",
          distances.perturbed, distances.amplified, distances.quantized))
    }
    return lines
  }

  public var parameters: [(String, String)] {
    let options = mendata.options
    let size = mendata.reference.featureSide.map { ", images of \($0) pixels" } ?? ""
    return [
      ("features", (mendata.reference.features ?? "") + size),
      ("share moved ρ", "\(options.share)"),
      ("perturbation rate l_δ", perturbationRate.map { "\($0)" } ?? "–"),
      ("amplification β", "\(options.amplification)"), ("λ", "\(options.sizePenalty)"),
      ("critic", "\(options.activation.rawValue), \(options.units.map(String.init) ?? "d") units"),
      ("critic's rate l_h", "\(options.critic.learningRate)"),
      ("batch m", "\(options.critic.batchSize)"),
      ("penalty's weight ν", "\(options.critic.penaltyWeight)"),
      ("checkpoint interval t", "\(options.critic.checkpointInterval)"),
      ("budget", options.budget.map { "\($0)/255" } ?? "none"),
    ]
  }

  public mutating func readFiles(of folder: String) throws {
    features = try RandomAccessFile.contents(folder + "/" + Self.featureChart)
  }

  public func chapters(_ data: PurifiedData) -> [ReportChapter] {
    [
      "<p>Labels are never changed, nor are the reference samples.</p>",
      reference?.chapter(data) ?? "", HTML.chapter("Rounds", roundTable),
      HTML.chapter(
        "Features in their two main directions",
        features.map {
          HTML.drawing(
            $0, described: "Features of the reference, untrusted and purified images as points")
        } ?? ""),
    ]
  }

  private var roundTable: String {
    guard !rounds.isEmpty else { return "" }
    func number(_ value: Double) -> String { String(format: "%.4f", value) }
    let rows = rounds.map { round in
      (
        isMarked: !round.hasConverged,
        cells: [
          String(round.number), number(round.distance), number(round.penalty),
          String(round.criticSteps), String(round.moved), number(round.meanPerturbation),
          String(format: "%.2f", round.greatestPerturbation),
        ]
      )
    }
    var text = RoundChart(rounds: rounds).svg() + "\n"
    if let end { text += "<p>Ended by \(end.rawValue).</p>\n" }
    if let distances {
      text += """
        <p>Distance by the last critic: \(number(distances.perturbed)) \
        with the perturbations as they
        are, \(number(distances.amplified)) amplified and clipped, \(number(distances.quantized)) in
        whole bytes, as written.</p>

        """
    }
    return text
      + HTML.table(
        [
          "round", "distance ℓ(h)", "penalty r(h)", "critic's steps", "moved",
          "mean ‖δ‖∞ (1/255)", "greatest",
        ], rows)
      + "<p>Marked rounds: the critic had not settled at its limit of steps.</p>"
  }
}
