import Foundation
import Reports

/// The share of labels kept by noise level, as a picture.
struct NoiseChart {
  let search: NoiseSearch

  func svg() -> String {
    let points = search.measurements.map { (x: Double($0.noiseSteps), y: $0.retention) }
    let plot = SVGPlot(
      width: 480, height: 240, margin: (left: 64.0, right: 24.0, top: 24.0, bottom: 44.0),
      x: PlotAxis(covering: points.map(\.x), includesZero: true, title: "noise steps"))
    let axis = PlotAxis(
      covering: points.map(\.y) + [1], includesZero: true, title: "share of labels kept")
    return plot.document([
      plot.frame(), plot.horizontalAxis(),
      plot.verticalAxis(axis, side: .left, color: "#1f6f43"),
      plot.line(points, on: axis, color: "#1f6f43"),
      plot.dots(
        points.filter { Int($0.x) == search.noiseSteps }, on: axis, color: "#b4451f"),
    ])
  }
}
