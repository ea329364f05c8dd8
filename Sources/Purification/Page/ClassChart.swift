import Reports

/// Counts by class as bars: the classes that come first, if there are many.
struct ClassChart {
  struct Row {
    var name: String
    /// By series.
    var counts: [Int]
    /// A number that chance explains.
    var chance: Double?
    var remark: String
  }

  var series: [String]
  var rows: [Row]

  private static let most = 25

  func html(_ description: String) -> String {
    let shown = rows.prefix(Self.most)
    let chart = BarChart(
      rows: shown.map { row in
        let total = row.counts.reduce(0, +)
        return BarChart.Row(
          title: row.name, values: row.counts.map { Double($0) }, mark: row.chance,
          text: row.remark.isEmpty ? "\(total)" : "\(total) \(row.remark)")
      },
      series: series.enumerated().map { place, name in
        (name, BarChart.colors[(series.count == 1 ? 1 : place) % BarChart.colors.count])
      })
    var notes: [String] = []
    if shown.contains(where: { $0.chance != nil }) {
      notes.append("The line is what chance explains.")
    }
    if rows.count > shown.count {
      notes.append("The first \(shown.count) of \(rows.count) classes; the table has all.")
    }
    let note =
      notes.isEmpty ? "" : "<p class=\"note\">\(notes.joined(separator: " ").htmlEscaped)</p>\n"
    return chart.svg(described: description) + note
  }
}
