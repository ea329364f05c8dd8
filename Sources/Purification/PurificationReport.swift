import Foundation
import Reports
import Support

/// What a run found and did; `report.json` holds it all but the timings, a method's findings beside
/// what all methods have.
@dynamicMemberLookup
public struct PurificationReport<Method: Purifier> {
  public let data: PurifiedData
  public let options: Method
  public let device: String
  public let changes: PurificationChanges
  public internal(set) var findings: Method.Findings
  /// Samples of which `samples.png` has pictures; nil if there are none.
  public let gallery: SampleGallery?

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

  /// What the page says first.
  public var headline: ReportHeadline {
    findings.headline(data, changes)
      ?? ReportHeadline(
        standing: doubts.isEmpty ? .treated : .unsure, sentence: conclusion,
        figures: changes.figures(of: data),
        limits: ["This method does not look for poison: it treats all data alike."])
  }

  /// What is printed at the end.
  public var summary: String { (findings.summary + [conclusion]).joined(separator: "\n") }
}

extension PurificationReport: Codable {
  private enum Keys: String, CodingKey {
    case schema, method, data, options, device, changes, gallery
    case warnings, outcome, conclusion, headline, doubts
  }

  public func encode(to encoder: any Encoder) throws {
    try findings.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(PurificationReports.schema, forKey: .schema)
    try container.encode(Method.id, forKey: .method)
    try container.encode(data, forKey: .data)
    try container.encode(options, forKey: .options)
    try container.encode(device, forKey: .device)
    try container.encode(changes, forKey: .changes)
    try container.encodeIfPresent(gallery, forKey: .gallery)
    try container.encode(findings.warnings, forKey: .warnings)
    try container.encode(outcome, forKey: .outcome)
    try container.encode(conclusion, forKey: .conclusion)
    try container.encode(headline, forKey: .headline)
    try container.encode(doubts, forKey: .doubts)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    findings = try Method.Findings(from: decoder)
    data = try container.decode(PurifiedData.self, forKey: .data)
    options = try container.decode(Method.self, forKey: .options)
    device = try container.decode(String.self, forKey: .device)
    changes = try container.decode(PurificationChanges.self, forKey: .changes)
    gallery = try container.decodeIfPresent(SampleGallery.self, forKey: .gallery)
  }
}

/// Reports in output folders, whichever method wrote them.
public enum PurificationReports {
  /// Of `report.json`: raised when a reader of an earlier one would misunderstand it.
  public static let schema = 1

  private struct Head: Decodable {
    var schema: Int?
    var method: String
  }

  /// Writes `report.html` anew from the other files of an output folder.
  ///
  /// - Throws: `FileError` if a file is missing or not what a run has written.
  public static func rebuildPage(of folder: String) throws {
    let path = folder + "/report.json"
    let head = try JSONText.read(Head.self, from: path)
    guard head.schema == schema, let method = Purifiers.all.first(where: { $0.id == head.method })
    else {
      throw FileError.damaged(
        path: path,
        reason: "it has schema \(head.schema.map(String.init) ?? "none") and method "
          + "\(head.method), not schema \(schema) and a method of this version",
        advice: "use the version of elixir-gpu that wrote it")
    }
    try writePage(of: folder, as: method)
  }

  private static func writePage<Method: Purifier>(of folder: String, as: Method.Type) throws {
    var report = try JSONText.read(
      PurificationReport<Method>.self, from: folder + "/report.json")
    try report.findings.readFiles(of: folder)
    try TextFile.write(
      try PurificationPage(report, in: folder).html(), to: folder + "/report.html")
  }
}
