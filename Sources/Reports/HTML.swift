import Foundation
import Runs
import Support

/// Parts of a report that is one HTML file, needs no other, and runs no script.
package enum HTML {
  /// A whole page; empty chapters are left out.
  ///
  /// - Parameter banner: what stands first, with the page's main heading; by default the title.
  package static func document(
    title: String, banner: String? = nil, _ chapters: [ReportChapter]
  ) -> String {
    let links = chapters.filter { $0.title != nil && !$0.body.isEmpty }.map {
      "<li><a href=\"#\($0.anchor)\">\(($0.title ?? "").htmlEscaped)</a></li>"
    }
    let contents =
      links.isEmpty
      ? "" : "<nav aria-label=\"Contents\"><ul>\n\(links.joined(separator: "\n"))\n</ul></nav>"
    let parts = chapters.map(\.html).filter { !$0.isEmpty }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>\(title.htmlEscaped)</title>
      <style>
      \(PageStyle.css)
      </style></head><body>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="bar"><span>\(title.htmlEscaped)</span>
      \(PageStyle.themeSwitch)
      </header>
      <div class="page">
      \(contents)
      <main id="content">
      \(banner ?? "<h1>\(title.htmlEscaped)</h1>")
      \(parts.joined(separator: "\n"))
      </main></div></body></html>

      """
  }

  /// A table in a box of its own, in which it scrolls if it is too wide or too long.
  package static func table(
    _ heading: [String], _ rows: [(isMarked: Bool, cells: [String])]
  ) -> String {
    let head =
      heading.allSatisfy(\.isEmpty)
      ? "" : "<tr>\(heading.map { "<th scope=\"col\">\($0.htmlEscaped)</th>" }.joined())</tr>\n"
    let body = rows.map { row in
      let cells = row.cells.enumerated().map { column, text in
        column == 0
          ? "<th scope=\"row\">\(text.htmlEscaped)</th>" : "<td>\(text.htmlEscaped)</td>"
      }
      return (row.isMarked ? "<tr class=\"target\">" : "<tr>") + cells.joined() + "</tr>"
    }
    return scrolling("<table>\(head)\(body.joined(separator: "\n"))\n</table>", named: "Table")
  }

  /// Names with their values.
  package static func table(_ rows: [(String, String)]) -> String {
    table(["", ""], rows.map { (isMarked: false, cells: [$0.0, $0.1]) })
      .replacingOccurrences(of: "<table>", with: "<table class=\"values\">")
  }

  /// What scrolls in a box of its own, which the keyboard reaches.
  package static func scrolling(_ html: String, named name: String) -> String {
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(name.htmlEscaped)\">"
      + "\(html)</div>\n"
  }

  package static func chapter(_ title: String, _ body: String) -> ReportChapter {
    ReportChapter(body, title: title)
  }

  /// What is shown on demand.
  package static func details(_ summary: String, _ body: String) -> String {
    body.isEmpty ? "" : "<details><summary>\(summary.htmlEscaped)</summary>\(body)</details>\n"
  }

  package static func list(_ items: [String], class style: String) -> String {
    guard !items.isEmpty else { return "" }
    let items = items.map { "<li>\($0.htmlEscaped)</li>" }.joined(separator: "\n")
    return "<ul class=\"\(style)\">\n\(items)\n</ul>\n"
  }

  /// A PNG picture inside the page.
  package static func picture(_ png: [UInt8], described text: String) -> String {
    "<img alt=\"\(text.htmlEscaped)\" src=\"data:image/png;base64,"
      + "\(Data(png).base64EncodedString())\">"
  }

  /// A drawing of another program's making, whose scripts and links are dead inside a picture.
  package static func drawing(_ svg: [UInt8], described text: String) -> String {
    "<img class=\"drawing\" alt=\"\(text.htmlEscaped)\" src=\"data:image/svg+xml;base64,"
      + "\(Data(svg).base64EncodedString())\">"
  }

  package static func warnings(_ texts: [String]) -> ReportChapter {
    ReportChapter(
      texts.map { "<p class=\"warning\">Warning: \($0.htmlEscaped)</p>" }.joined(separator: "\n"))
  }

  package static func times(_ timings: PhaseTimings) -> ReportChapter {
    guard !timings.seconds.isEmpty else { return "" }
    let chart = BarChart(
      rows: timings.seconds.map {
        BarChart.Row(
          title: $0.name, values: [$0.seconds], text: NumberFormat.duration($0.seconds))
      }, series: [("seconds", BarChart.colors[0])])
    let table = table(
      ["phase", "seconds in this process"],
      timings.seconds.map {
        (isMarked: false, cells: [$0.name, NumberFormat.text($0.seconds)])
      })
    return chapter(
      "Time by phase",
      chart.svg(described: "Seconds of each phase")
        + "<p class=\"note\">In the process that ended the run. What stands above a phase may be "
        + "a part of it.</p>\n" + details("Numbers", table))
  }
}

extension String {
  /// The text with what has a meaning in HTML and SVG written out, and without characters that
  /// control a display or turn the direction of reading.
  package var htmlEscaped: String {
    forTerminal()
      .replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;").replacingOccurrences(of: "'", with: "&#39;")
  }

  /// At most so many characters, the last an ellipsis if some were cut.
  package func shortened(to count: Int) -> String {
    self.count <= count ? self : prefix(count - 1) + "…"
  }
}
