import Datasets
import Foundation
import Reports
import Runs
import Support

extension SiftJob {
  /// Images of each class in the picture.
  private static let pictureColumns = 8

  /// The report as one HTML file that needs no other.
  func report(
    _ result: SiftResult, _ weights: SampleWeights, _ fingerprint: String, _ timings: PhaseTimings
  ) throws -> String {
    let table = result.table(classNames: dataset.classNames)
    let agreement = result.agreement.map { NumberFormat.text($0, digits: 3) } ?? "undefined"
    let introduction = """
      <p><strong>\(result.samples.count) of \(dataset.count) samples of \
      \(dataset.path.htmlEscaped) chosen.</strong></p>
      <p>Beside them, as many samples of each class by the lowest loss, and by chance. Where the
      first two hardly differ, the meta-updates decided little: Kendall's τ between weights and
      losses of diluted images is \(agreement).</p>
      """
    return HTML.document(
      title: "Sifting report",
      [
        ReportChapter(introduction),
        HTML.chapter(
          "Choices",
          HTML.table(table.heading, table.rows.enumerated().map { ($0 == 0, $1) })),
        HTML.chapter(
          "Classes",
          HTML.table(
            ["class", "samples", "chosen"],
            dataset.classNames.indices.map { label in
              let size = dataset.labels.count { $0 == Int32(label) }
              return (false, [dataset.classNames[label], "\(size)", "\(result.counts[label])"])
            })),
        HTML.chapter(
          "Chosen and rejected samples",
          "<p>Of each class those with the highest weights (green), and the lowest.</p>\n"
            + HTML.picture(
              try PNG.encode(try picture(result, weights.means)),
              described: "samples with the highest and the lowest weights")),
        HTML.chapter("Parameters", HTML.table(parameters(fingerprint))), HTML.times(timings),
      ])
  }

  /// A row for each class: its best samples, and its worst.
  private func picture(_ result: SiftResult, _ scores: [Double]) throws -> RasterImage {
    var grid = ImageGrid(scale: max(1, 48 / max(dataset.width, 1)))
    for label in dataset.classNames.indices {
      let samples = dataset.labels.indices.filter { dataset.labels[$0] == Int32(label) }
        .sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let best = samples.prefix(min(Self.pictureColumns, result.counts[label]))
      let worst = samples.dropFirst(best.count).suffix(Self.pictureColumns)
      let cells =
        best.map { ($0, ImageGrid.Color.green) }
        + worst.map { ($0, ImageGrid.Color.gray) }
      grid.rows.append(
        try cells.map { sample, color in
          ImageGrid.Cell(
            image: try dataset.image(sample), caption: dataset.classNames[label], frame: color)
        })
    }
    return grid.render()
  }

  private func parameters(_ fingerprint: String) -> [(String, String)] {
    let recipe = method.recipe
    return [
      ("sifters", "\(method.sifters)"), ("classifier", recipe.architecture.rawValue),
      ("learning rate", "\(recipe.learningRate)"),
      ("rate of the virtual update", "\(recipe.virtualRate)"),
      ("rate of the weights' network", "\(recipe.metaRate)"),
      ("images mirrored", method.dilution.flips ? "yes" : "no"), ("seed", "\(method.seed)"),
      ("device", backend.description.label), ("dataset fingerprint", fingerprint),
    ]
  }
}
