import Foundation
import Reports
import Runs
import Support

/// `report.html`: the verdict, then the evidence, then how it came about, from the files of an
/// output folder.
struct PurificationPage<Method: Purifier> {
  let report: PurificationReport<Method>
  private let summary: PurifiedSummary
  private let process: ProcessRecord
  private let samples: SamplePictures?

  /// Doubtful samples in the table.
  private static var mostDoubtful: Int { 50 }
  /// Labels of a square of old and new ones, and changes in a list.
  private static var mostSquare: Int { 24 }
  private static var mostMoves: Int { 100 }

  init(_ report: PurificationReport<Method>, in folder: String) throws {
    self.report = report
    summary = try PurifiedSummary(
      folder: folder, of: report.data, mostDoubtful: Self.mostDoubtful)
    process = try JSONText.read(ProcessRecord.self, from: folder + "/timings.json")
    samples = try report.gallery.map {
      try SamplePictures(gallery: $0, folder: folder, data: report.data)
    }
  }

  func html() throws -> String {
    HTML.document(
      title: "Purification report", banner: banner,
      [
        openQuestions, try samples?.changes() ?? "", try samples?.strips() ?? "", doubtful,
      ] + (try report.findings.chapters(report.data)) + [
        labelChapter, classChapter, HTML.times(process.timings), reproduction,
      ])
  }

  private var banner: String {
    let headline = report.headline
    let figures = headline.figures.map {
      "<div><dt>\($0.name.htmlEscaped)</dt><dd>\($0.value.htmlEscaped)"
        + ($0.remark.isEmpty ? "" : "<small>\($0.remark.htmlEscaped)</small>") + "</dd></div>"
    }
    let data = report.data
    return """
      <div class="verdict \(headline.standing.rawValue)">
      <p class="status">\(headline.standing.text)</p>
      <h1>\(headline.sentence.htmlEscaped)</h1>
      <p class="note">\(data.path.htmlEscaped) · \(data.format.htmlEscaped),
      \(data.shape.description.htmlEscaped) · method \(Method.id.htmlEscaped)</p>
      <dl class="figures">
      \(figures.joined(separator: "\n"))
      </dl></div>
      """
  }

  private var openQuestions: ReportChapter {
    let doubts = report.doubts
    let remarks = report.data.remarks + report.findings.warnings
    let open =
      doubts.isEmpty
      ? "<p>No check failed.</p>\n"
      : "<p>Because of these the result is unsure:</p>\n" + HTML.list(doubts, class: "open")
    let also = remarks.isEmpty ? "" : "<h3>Also</h3>\n" + HTML.list(remarks, class: "also")
    let limits = report.headline.limits
    return HTML.chapter(
      "What could not be checked",
      open + also
        + (limits.isEmpty
          ? "" : "<h3>Limits of the method</h3>\n" + HTML.list(limits, class: "also")))
  }

  private var doubtful: ReportChapter {
    let samples = summary.doubtful
    guard !samples.isEmpty else { return "" }
    let rows = samples.map {
      (
        isMarked: false,
        cells: [$0.name, report.data.name($0.label), $0.doubt.reason]
      )
    }
    return HTML.chapter(
      "Samples that deserve a look",
      "<p>The most doubtful first. <code>elixir-gpu review</code> shows all of them, to accept, "
        + "leave out or relabel.</p>\n"
        + HTML.table(["sample", "label in the output", "why"], rows)
        .replacingOccurrences(of: "<table>", with: "<table class=\"words\">"))
  }

  /// How many samples of which label got which: as a square, or as a list if it were too large.
  private var labelChapter: ReportChapter {
    let moves = summary.relabelled
    guard !moves.isEmpty else { return "" }
    let old = Set(moves.keys.map { $0[0] }).sorted()
    let new = Set(moves.keys.map { $0[1] }).sorted()
    let body =
      max(old.count, new.count) <= Self.mostSquare
      ? "<p>Samples by their label in the dataset (rows) and in the output (columns).</p>\n"
        + square(moves, old, new)
      : list(moves)
    return HTML.chapter("Old and new labels", body)
  }

  private func square(_ moves: [[Int]: Int], _ old: [Int], _ new: [Int]) -> String {
    let most = moves.values.max() ?? 1
    let head = new.map { "<th scope=\"col\">\(report.data.name($0).htmlEscaped)</th>" }
    let rows = old.map { from in
      let cells = new.map { to in
        let count = moves[[from, to]] ?? 0
        let share = NumberFormat.text(Double(count) / Double(most), digits: 3)
        return count == 0 ? "<td></td>" : "<td style=\"--share:\(share)\">\(count)</td>"
      }
      let name = report.data.name(from).htmlEscaped
      return "<tr><th scope=\"row\">\(name)</th>\(cells.joined())</tr>"
    }
    return HTML.scrolling(
      "<table class=\"heat\"><tr><th scope=\"col\">old label</th>\(head.joined())</tr>\n"
        + rows.joined(separator: "\n") + "</table>", named: "Old and new labels")
  }

  private func list(_ moves: [[Int]: Int]) -> String {
    let sorted = moves.sorted {
      (-$0.value, $0.key[0], $0.key[1]) < (-$1.value, $1.key[0], $1.key[1])
    }
    let shown = sorted.prefix(Self.mostMoves)
    return "<p>The \(shown.count) most frequent of \(moves.count) changes of labels.</p>\n"
      + HTML.table(
        ["old label", "new label", "samples"],
        shown.map {
          (
            isMarked: false,
            cells: [report.data.name($0.key[0]), report.data.name($0.key[1]), String($0.value)]
          )
        })
  }

  private var classChapter: ReportChapter {
    let series = ["kept", "kept, but moved", "changed", "left out"]
    let counts = summary.classes.map { [$0.kept, $0.moved, $0.changed, $0.dropped] }
    let used = series.indices.filter { place in counts.contains { $0[place] > 0 } }
    let order = counts.indices.sorted {
      let (a, b) = (counts[$0], counts[$1])
      return (b[2] + b[3], b[1], $0) < (a[2] + a[3], a[1], $1)
    }
    let rows = counts.indices.map { label in
      (
        isMarked: counts[label][2] + counts[label][3] > 0,
        cells: [report.data.name(label)] + used.map { String(counts[label][$0]) }
      )
    }
    return HTML.chapter(
      "Samples by class",
      ClassChart(
        series: used.map { series[$0] },
        rows: order.map { label in
          ClassChart.Row(
            name: report.data.name(label), counts: used.map { counts[label][$0] }, chance: nil,
            remark: "")
        }
      ).html("Samples of each class by what became of them")
        + HTML.details(
          "Numbers", HTML.table(["class"] + used.map { series[$0] }, rows)))
  }

  private var reproduction: ReportChapter {
    let data = report.data
    let command = process.command.map {
      "<p>The command, in the same folder:</p>\n<pre tabindex=\"0\"><code>\($0.htmlEscaped)"
        + "</code></pre>\n"
    }
    let parameters =
      report.findings.parameters + [
        ("seed", String(report.options.seed)), ("device", report.device),
        ("dataset", data.path), ("dataset fingerprint", data.fingerprint),
        ("report schema", String(PurificationReports.schema)),
      ] + (data.decoders.isEmpty ? [] : [("decoders", data.decoders.joined(separator: ", "))])
    let options = (try? JSONText.indented(report.options)) ?? ""
    return HTML.chapter(
      "How to reproduce",
      (command ?? "")
        + """
        <p>The same data, options, seed and device give the same bytes, but for
        <code>timings.json</code> and this page.</p>
        """ + HTML.table(parameters)
        + HTML.details(
          "All options", "<pre tabindex=\"0\"><code>\(options.htmlEscaped)</code></pre>"))
  }
}
