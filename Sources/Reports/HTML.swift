import Foundation
import Runs

/// Parts of a report that is one HTML file and needs no other.
package enum HTML {
  /// A whole page; empty sections are left out.
  package static func document(title: String, _ sections: [String]) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(title.htmlEscaped)</title>
    <style>
    body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto;
      padding: 0 1rem }
    table { border-collapse: collapse } th, td { padding: .2rem .8rem; text-align: right;
      border-bottom: 1px solid #ddd } th:first-child, td:first-child { text-align: left }
    .target { background: #fbe3e3 } .warning { border-left: 4px solid #c80; padding-left: .8rem }
    img { max-width: 100%; image-rendering: pixelated }
    </style></head><body>
    <h1>\(title.htmlEscaped)</h1>
    \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
    </body></html>

    """
  }

  package static func table(
    _ heading: [String], _ rows: [(isMarked: Bool, cells: [String])]
  ) -> String {
    let head = heading.map { "<th>\($0.htmlEscaped)</th>" }.joined()
    let body = rows.map { row in
      (row.isMarked ? "<tr class=\"target\">" : "<tr>")
        + row.cells.map { "<td>\($0.htmlEscaped)</td>" }.joined() + "</tr>"
    }
    return "<table><tr>\(head)</tr>\n\(body.joined(separator: "\n"))\n</table>\n"
  }

  /// Names with their values.
  package static func table(_ rows: [(String, String)]) -> String {
    table(["", ""], rows.map { (isMarked: false, cells: [$0.0, $0.1]) })
  }

  /// A heading with what stands below it; empty if that is.
  package static func chapter(_ title: String, _ body: String) -> String {
    body.isEmpty ? "" : "<h2>\(title.htmlEscaped)</h2>\n\(body)"
  }

  /// A PNG picture inside the page.
  package static func picture(_ png: [UInt8], described text: String) -> String {
    "<img alt=\"\(text.htmlEscaped)\" src=\"data:image/png;base64,"
      + "\(Data(png).base64EncodedString())\">"
  }

  package static func warnings(_ texts: [String]) -> String {
    texts.map { "<p class=\"warning\">Warning: \($0.htmlEscaped)</p>" }.joined(separator: "\n")
  }

  package static func times(_ timings: PhaseTimings) -> String {
    let rows = timings.seconds.map {
      (isMarked: false, cells: [$0.name, String(format: "%.1f", $0.seconds)])
    }
    return "<h2>Seconds</h2>\n" + table(["phase", "in this process"], rows)
  }
}

extension String {
  /// The text with what has a meaning in HTML and SVG written out.
  package var htmlEscaped: String {
    replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}
