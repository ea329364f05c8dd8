import Reports
import Support

extension ScoreMetrics {
  /// Precision over recall as an SVG picture, with the prevalence that a random order has.
  public func curveSVG(title: String) -> String {
    // Points that can be told apart.
    var curve: [(x: Double, y: Double)] = []
    for point in precisionRecallCurve
    where curve.isEmpty || point.recall == 1 || point.recall - curve[curve.count - 1].x > 0.004 {
      if curve.last?.x != 1 { curve.append((point.recall, point.precision)) }
    }
    let unit = [0.0, 1]
    let y = PlotAxis(covering: unit, includesZero: true, title: "precision")
    let plot = SVGPlot(
      width: 480, height: 400, margin: (left: 56, right: 24, top: 28, bottom: 44),
      x: PlotAxis(covering: unit, includesZero: true, title: "recall"))
    let area = precisionRecallArea.map { NumberFormat.text($0, digits: 4) } ?? "undefined"
    let random = (prevalence ?? 0, "random: \(NumberFormat.text(prevalence ?? 0, digits: 4))")
    return plot.document([
      plot.frame(), plot.horizontalAxis(), plot.verticalAxis(y, side: .left, color: "#333"),
      plot.line([(0, random.0), (1, random.0)], on: y, color: "#999"),
      plot.line(curve, on: y, color: "#2a5db0"),
      plot.legend([("\(title): \(area)", "#2a5db0"), (random.1, "#999")]),
    ])
  }
}
