import Foundation

/// Horizontal bars of one or more segments, with a mark where a value would lie by chance, as SVG.
package struct BarChart {
  package struct Row {
    package var title: String
    /// A segment's length by series.
    package var values: [Double]
    /// Where a thin line crosses the bar.
    package var mark: Double?
    /// Written at the bar's end.
    package var text: String

    package init(title: String, values: [Double], mark: Double? = nil, text: String) {
      self.title = title
      self.values = values
      self.mark = mark
      self.text = text
    }
  }

  /// Colors that a page gives other shades at night.
  package static let colors = ["#1f6f43", "#b4451f", "#2f5d9b", "#a8780f", "#6d4a94", "#5c6670"]

  package var rows: [Row]
  package var series: [(name: String, color: String)]

  package init(rows: [Row], series: [(name: String, color: String)]) {
    for row in rows {
      precondition(
        row.values.count == series.count,
        "BarChart: \(row.values.count) values of \(series.count) series")
    }
    self.rows = rows
    self.series = series
  }

  private static let width = 460
  private static let rowHeight = 22
  private static let top = 6
  /// Of a character of 12 pixels' height, on average.
  private static let characterWidth = 6.4
  private static let longestTitle = 24

  private func width(of texts: [String]) -> Int {
    Int(Self.characterWidth * Double(texts.map(\.count).max() ?? 0)) + 8
  }

  package func svg(described description: String) -> String {
    let titles = rows.map { $0.title.shortened(to: Self.longestTitle) }
    let left = width(of: titles)
    let room = Double(max(Self.width - left - width(of: rows.map(\.text)), 60))
    let most = rows.map { max($0.values.reduce(0, +), $0.mark ?? 0) }.max() ?? 0
    let scale = most > 0 ? room / most : 0
    let places = series.count > 1 ? legendPlaces(left) : []
    let legend = places.last.map { ($0.line + 1) * Self.rowHeight } ?? 0
    var parts = places.isEmpty ? [] : [self.legend(places)]
    for (place, row) in rows.enumerated() {
      let y = Self.top + legend + place * Self.rowHeight
      parts.append(text(titles[place], x: Double(left - 8), y: y, anchor: "end"))
      var x = Double(left)
      for (value, series) in zip(row.values, series) where value > 0 {
        parts.append(
          """
          <rect x="\(number(x))" y="\(y + 3)" width="\(number(max(value * scale, 0.5)))" \
          height="\(Self.rowHeight - 6)" fill="\(series.color)"/>
          """)
        x += value * scale
      }
      if let mark = row.mark {
        let at = Double(left) + mark * scale
        parts.append(
          """
          <line x1="\(number(at))" x2="\(number(at))" y1="\(y)" y2="\(y + Self.rowHeight)" \
          stroke="#333" stroke-width="2"/>
          """)
        x = max(x, at)
      }
      parts.append(text(row.text, x: x + 6, y: y, anchor: "start"))
    }
    let height = Self.top + legend + rows.count * Self.rowHeight + Self.top
    return """
      <svg class="plot" role="img" aria-label="\(description.htmlEscaped)" \
      xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" \
      width="\(Self.width)" height="\(height)" font-family="sans-serif" font-size="12">
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  /// Where each series' name stands: as many in a line as there is room for.
  private func legendPlaces(_ left: Int) -> [(x: Double, line: Int)] {
    var (x, line) = (Double(left), 0)
    return series.map { name, _ in
      let width = Self.characterWidth * Double(name.count) + 28
      if x > Double(left) && x + width > Double(Self.width) { (x, line) = (Double(left), line + 1) }
      defer { x += width }
      return (x, line)
    }
  }

  private func legend(_ places: [(x: Double, line: Int)]) -> String {
    zip(series, places).map { series, place in
      let y = Self.top + place.line * Self.rowHeight
      return """
        <rect x="\(number(place.x))" y="\(y + 4)" width="10" height="10" fill="\(series.color)"/>
        \(text(series.name, x: place.x + 15, y: y - 3, anchor: "start"))
        """
    }.joined(separator: "\n")
  }

  private func text(_ content: String, x: Double, y: Int, anchor: String) -> String {
    """
    <text x="\(number(x))" y="\(y + 15)" text-anchor="\(anchor)" fill="#333">\
    \(content.htmlEscaped)</text>
    """
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
