import Foundation
import Reports
import Support

/// The figures of a suite, attack by method by seed.
public struct SuiteTable: Sendable {
  public let attacks: [String]
  public let methods: [String]
  /// Every finished cell.
  public let cells: [SuiteCell]

  public init(attacks: [String], methods: [String], cells: [SuiteCell]) {
    self.attacks = attacks
    self.methods = methods
    self.cells = cells
  }

  /// Writes `table.csv` (a row for each seed), `table.md` and `table.svg` (means over seeds).
  public func write(to folder: String) throws {
    let csv = try CSVFile(
      folder + "/table.csv",
      columns: ["attack", "method", "seed"] + SuiteColumn.allCases.map(\.rawValue) + ["remarks"])
    for (attack, method) in pairs {
      for cell in cells(attack, method) {
        let values = SuiteColumn.allCases.map { column in
          cell.figures.flatMap(column.value).map { NumberFormat.text($0, digits: 6) } ?? ""
        }
        try csv.append(
          [attack, method, "\(cell.seed)"] + values + [cell.remarks.joined(separator: "; ")])
      }
    }
    try csv.close()
    try TextFile.write(markdown(), to: folder + "/table.md")
    try TextFile.write(svg(), to: folder + "/table.svg")
  }

  /// Writes `report.html`: the picture, the table, remarks, and how long each method took.
  ///
  /// - Parameter seconds: of the method, by cell.
  public func writeReport(seconds: [Double], to folder: String) throws {
    let columns = SuiteColumn.allCases
    let rows = pairs.map { attack, method in
      (isMarked: false, cells: [attack, method] + columns.map { text($0, attack, method) })
    }
    let times = zip(cells, seconds).map { cell, seconds in
      (
        isMarked: false,
        cells: [cell.attack, cell.method, "\(cell.seed)", NumberFormat.text(seconds)]
      )
    }
    try TextFile.write(
      HTML.document(
        title: "Suite",
        [
          ReportChapter(
            HTML.scrolling(svg(), named: "Chart")
              + HTML.table(["attack", "method"] + columns.map(\.title), rows)),
          HTML.warnings(remarks),
          HTML.chapter(
            "Seconds of the methods", HTML.table(["attack", "method", "seed", "seconds"], times)),
        ]), to: folder + "/report.html")
  }

  /// A row for each attack and method, in percent, mean ± deviation over seeds, and remarks.
  public func markdown() -> String {
    let columns = SuiteColumn.allCases
    var lines = [
      "| attack | method | " + columns.map(\.title).joined(separator: " | ") + " |",
      "|---|---|" + String(repeating: "---:|", count: columns.count),
    ]
    for (attack, method) in pairs {
      let texts = columns.map { text($0, attack, method) }
      let names = [attack, method].map { $0.replacingOccurrences(of: "|", with: "\\|") }
      lines.append("| " + (names + texts).joined(separator: " | ") + " |")
    }
    let remarks = self.remarks
    if !remarks.isEmpty { lines += [""] + remarks.map { "- \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line for each remark with the cells that it is of.
  public var remarks: [String] {
    pairs.flatMap { attack, method in
      cells(attack, method).flatMap { cell in
        cell.remarks.map { "\(attack), \(method), seed \(cell.seed): \($0)" }
      }
    }
  }

  /// Attacks in rows, methods side by side, colored.
  public func svg() -> String {
    let columns: [SuiteColumn] = [
      .truePositiveRate, .falsePositiveRate, .accuracyAfter, .successAfter,
    ]
    return HeatTable(
      groups: methods, columns: columns.map(\.title),
      rows: attacks.map { attack in
        (
          title: attack,
          cells: methods.flatMap { method in
            columns.map { column in
              HeatTable.Cell(
                mean(column, attack, method).map { NumberFormat.text(100 * $0) } ?? "–",
                quality: mean(column, attack, method).map(column.quality))
            }
          }
        )
      }
    ).svg()
  }

  /// Attacks with methods, those without a finished cell left out.
  private var pairs: [(attack: String, method: String)] {
    attacks.flatMap { attack in
      methods.filter { !cells(attack, $0).isEmpty }.map { (attack, $0) }
    }
  }

  private func cells(_ attack: String, _ method: String) -> [SuiteCell] {
    cells.filter { $0.attack == attack && $0.method == method }.sorted { $0.seed < $1.seed }
  }

  private func statistics(
    _ column: SuiteColumn, _ attack: String, _ method: String
  ) -> (Statistics, count: Int)? {
    let values = cells(attack, method).compactMap { $0.figures.flatMap(column.value) }
    return Statistics(values).map { ($0, values.count) }
  }

  private func mean(_ column: SuiteColumn, _ attack: String, _ method: String) -> Double? {
    statistics(column, attack, method)?.0.mean
  }

  private func text(_ column: SuiteColumn, _ attack: String, _ method: String) -> String {
    guard let (found, count) = statistics(column, attack, method) else { return "–" }
    let mean = NumberFormat.text(100 * found.mean)
    return count > 1 ? mean + " ± " + NumberFormat.text(100 * found.deviation) : mean
  }
}
