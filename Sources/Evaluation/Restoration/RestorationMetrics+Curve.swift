import Reports
import Support

extension RestorationMetrics {
  /// The accuracy of restored labels over the share that a threshold keeps, as an SVG picture.
  public func qualitySVG() -> String {
    let unit = [0.0, 1]
    let y = PlotAxis(covering: unit, includesZero: true, title: "labels as before poisoning")
    let plot = SVGPlot(
      width: 480, height: 400, margin: (left: 56, right: 24, top: 28, bottom: 44),
      x: PlotAxis(covering: unit, includesZero: true, title: "share kept by the quality check"))
    // Points that can be told apart.
    var curve: [(x: Double, y: Double)] = []
    for point in quality where curve.isEmpty || point.kept - curve[curve.count - 1].x > 0.004 {
      curve.append((point.kept, point.accuracy))
    }
    let chosen = keptShare ?? 0
    let accuracy = labelRestorationAccuracy ?? 0
    return plot.document([
      plot.frame(), plot.horizontalAxis(), plot.verticalAxis(y, side: .left, color: "#333"),
      plot.line(curve, on: y, color: "#2a5db0"),
      plot.dots([(chosen, accuracy)], on: y, color: "#b02a2a"),
      plot.legend([
        ("thresholds", "#2a5db0"),
        ("chosen: \(NumberFormat.percent(chosen)) kept", "#b02a2a"),
      ]),
    ])
  }
}
