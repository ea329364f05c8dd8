import Foundation

/// A table whose cells are colored by how good their values are, as SVG.
package struct HeatTable {
  package struct Cell {
    package var text: String
    /// From 0 (bad, red) to 1 (good, green); nil for gray.
    package var quality: Double?

    package init(_ text: String, quality: Double?) {
      self.text = text
      self.quality = quality
    }
  }

  /// Groups of columns side by side, each with the same columns.
  package var groups: [String]
  package var columns: [String]
  /// A row's cells, group by group.
  package var rows: [(title: String, cells: [Cell])]

  package init(
    groups: [String], columns: [String], rows: [(title: String, cells: [Cell])]
  ) {
    for row in rows {
      precondition(
        row.cells.count == groups.count * columns.count,
        "HeatTable: \(row.cells.count) cells in \(groups.count) groups of \(columns.count)")
    }
    self.groups = groups
    self.columns = columns
    self.rows = rows
  }

  private static let rowHeight = 24
  private static let gap = 6
  /// Of a character of 12 pixels' height, on average.
  private static let characterWidth = 7

  private var titleWidth: Int { width(of: rows.map(\.title)) }
  private var columnWidth: Int {
    let texts = columns + rows.flatMap { $0.cells.map(\.text) }
    let group = groups.map { Self.characterWidth * $0.count / max(columns.count, 1) }.max() ?? 0
    return max(width(of: texts), group)
  }

  private func width(of texts: [String]) -> Int {
    16 + Self.characterWidth * (texts.map(\.count).max() ?? 0)
  }

  package func svg() -> String {
    let width =
      titleWidth + groups.count * (columns.count * columnWidth + Self.gap) + Self.gap
    let height = (rows.count + 2) * Self.rowHeight + 2 * Self.gap
    var parts: [String] = []
    for (group, title) in groups.enumerated() {
      let center = left(group) + columns.count * columnWidth / 2
      parts.append(text(title, x: center, row: 0, anchor: "middle", style: "font-weight=\"bold\""))
      for (column, title) in columns.enumerated() {
        parts.append(text(title, x: middle(group, column), row: 1, anchor: "middle"))
      }
    }
    for (row, line) in rows.enumerated() {
      parts.append(text(line.title, x: titleWidth - 8, row: row + 2, anchor: "end"))
      for (place, cell) in line.cells.enumerated() {
        let (group, column) = place.quotientAndRemainder(dividingBy: columns.count)
        parts.append(box(cell, x: left(group) + column * columnWidth, row: row + 2))
        parts.append(text(cell.text, x: middle(group, column), row: row + 2, anchor: "middle"))
      }
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="#fff"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private func left(_ group: Int) -> Int {
    titleWidth + group * (columns.count * columnWidth + Self.gap)
  }

  private func middle(_ group: Int, _ column: Int) -> Int {
    left(group) + column * columnWidth + columnWidth / 2
  }

  private func top(_ row: Int) -> Int { Self.gap + row * Self.rowHeight }

  private func box(_ cell: Cell, x: Int, row: Int) -> String {
    """
    <rect x="\(x)" y="\(top(row))" width="\(columnWidth - 1)" height="\(Self.rowHeight - 1)" \
    fill="\(Self.color(cell.quality))"/>
    """
  }

  private func text(
    _ content: String, x: Int, row: Int, anchor: String, style: String = ""
  ) -> String {
    """
    <text x="\(x)" y="\(top(row) + 16)" text-anchor="\(anchor)" fill="#222"\
    \(style.isEmpty ? "" : " " + style)>\(content.htmlEscaped)</text>
    """
  }

  /// Red by way of pale yellow to green.
  package static func color(_ quality: Double?) -> String {
    guard let quality else { return "#eeeeee" }
    let stops: [(Double, Double, Double)] = [(240, 150, 130), (252, 240, 200), (140, 200, 150)]
    let place = 2 * min(max(quality, 0), 1)
    let (a, b) = place < 1 ? (stops[0], stops[1]) : (stops[1], stops[2])
    let share = place < 1 ? place : place - 1
    func mix(_ x: Double, _ y: Double) -> Int { Int((x + share * (y - x)).rounded()) }
    return String(format: "#%02x%02x%02x", mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
  }
}
