import Foundation
import Reports

/// What a method without findings of its own reports: its reference data and its parameters.
public struct ReferenceFindings: PurificationFindings {
  public var reference: ReferenceReport?
  public let parameters: [(String, String)]

  init(reference: ReferenceReport?, parameters: [(String, String)]) {
    self.reference = reference
    self.parameters = parameters
  }

  private enum CodingKeys: String, CodingKey { case reference, parameters }

  private struct Parameter: Codable {
    var name: String
    var value: String
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    reference = try container.decodeIfPresent(ReferenceReport.self, forKey: .reference)
    parameters = try container.decode([Parameter].self, forKey: .parameters)
      .map { ($0.name, $0.value) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(reference, forKey: .reference)
    try container.encode(
      parameters.map { Parameter(name: $0.0, value: $0.1) }, forKey: .parameters)
  }

  public func chapters(_ data: PurifiedData) -> [ReportChapter] {
    [reference?.chapter(data) ?? ""]
  }
}

extension ReferenceReport {
  /// Number and classes of the reference images, in HTML.
  func chapter(_ data: PurifiedData) -> ReportChapter {
    var text = "<p>\(images) images (\(source.htmlEscaped))"
    if let precision, let recall {
      text += String(
        format: "; by the ground truth, precision %.2f %%, recall %.2f %%", 100 * precision,
        100 * recall)
    }
    text += ".</p>\n"
    if perClass.contains(where: { $0 > 0 }) {
      text += HTML.table(
        ["class", "samples"],
        zip(data.classNames, perClass).map { (isMarked: $1 == 0, cells: [$0, String($1)]) })
    }
    return HTML.chapter("Reference data", text)
  }
}
