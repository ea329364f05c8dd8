import Foundation
import Reports
import Runs

/// What a run found and did; `report.json` holds it all but the timings, a method's findings beside
/// what all methods have.
@dynamicMemberLookup
public struct PurificationReport<Method: Purifier> {
  public let data: PurifiedData
  public let options: Method
  public let device: String
  public let changes: PurificationChanges
  public let findings: Method.Findings

  /// The findings' own members.
  public subscript<Value>(dynamicMember member: KeyPath<Method.Findings, Value>) -> Value {
    findings[keyPath: member]
  }

  /// What the run amounts to.
  public enum Outcome: String, Codable, Sendable {
    /// No sign of poison; the output is the input.
    case clean
    case purified
    /// See `doubts`.
    case unsure
  }

  public var outcome: Outcome {
    doubts.isEmpty ? (findings.isClean ? .clean : .purified) : .unsure
  }

  /// Why the result is not to be relied on, with what would help; empty if it is.
  public var doubts: [String] { findings.doubts(data, changes) }

  /// One sentence on the outcome.
  public var conclusion: String {
    if let conclusion = findings.conclusion(data, changes) { return conclusion }
    if changes.dropped > 0 {
      return "\(data.samples - changes.dropped) reference samples kept, \(changes.dropped) dropped."
    }
    return "\(changes.images) of \(data.samples) images changed: "
      + String(
        format: "by %.2f/255 in the mean, at most %d/255 in any pixel.", changes.meanAbsolute,
        changes.greatest)
  }

  /// What is printed at the end.
  public var summary: String { (findings.summary + [conclusion]).joined(separator: "\n") }

  /// The report as one HTML file that needs no other.
  ///
  /// - Parameter picture: PNG of changed samples.
  func html(picture: [UInt8]?, timings: PhaseTimings) throws -> String {
    let introduction = """
      <p><strong>\(conclusion.htmlEscaped)</strong></p>
      <p>\(data.samples) samples of \(data.path.htmlEscaped) (\(data.format.htmlEscaped),
      \(data.shape.description)), method \(Method.id).</p>
      """
    let samples = picture.map {
      """
      <h2>Changed samples, from the most changed on</h2>
      <p>Green frames: the label changed.</p>
      \(HTML.picture($0, described: "samples before, their change, and after"))
      """
    }
    let parameters =
      findings.parameters + [
        ("seed", String(options.seed)), ("device", device),
        ("dataset fingerprint", data.fingerprint),
      ] + (data.decoders.isEmpty ? [] : [("decoders", data.decoders.joined(separator: ", "))])
    let warnings =
      doubts.map { "result unsure: " + $0 } + data.remarks + findings.warnings
    return HTML.document(
      title: "Purification report",
      [introduction, HTML.warnings(warnings)] + (try findings.chapters(data)) + [
        samples ?? "", HTML.chapter("Parameters", HTML.table(parameters)), HTML.times(timings),
      ])
  }
}

extension PurificationReport: Encodable {
  private enum Keys: String, CodingKey {
    case method, data, options, device, changes, warnings, outcome, conclusion, doubts
  }

  public func encode(to encoder: any Encoder) throws {
    try findings.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(Method.id, forKey: .method)
    try container.encode(data, forKey: .data)
    try container.encode(options, forKey: .options)
    try container.encode(device, forKey: .device)
    try container.encode(changes, forKey: .changes)
    try container.encode(findings.warnings, forKey: .warnings)
    try container.encode(outcome, forKey: .outcome)
    try container.encode(conclusion, forKey: .conclusion)
    try container.encode(doubts, forKey: .doubts)
  }
}
