import Foundation
import Reports

/// What a method without findings of its own reports: its reference data and its parameters.
public struct ReferenceFindings: PurificationFindings {
  public var reference: ReferenceReport?
  public let parameters: [(String, String)]

  private enum CodingKeys: String, CodingKey { case reference }

  public func chapters(_ data: PurifiedData) -> [String] {
    [reference?.chapter(data) ?? ""]
  }
}

extension ReferenceReport {
  /// Number and classes of the reference images, in HTML.
  func chapter(_ data: PurifiedData) -> String {
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
