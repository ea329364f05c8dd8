import Reports

/// The share of labels kept by round, as a picture.
struct RetentionChart {
  let rounds: [LabelRetention]

  func svg() -> String {
    let axis = PlotAxis(
      covering: [0, 1], includesZero: true, title: "share that keeps its label")
    let plot = SVGPlot(
      width: 460, height: 240, margin: (left: 44.0, right: 16.0, top: 24.0, bottom: 44.0),
      x: PlotAxis(
        covering: rounds.map { Double($0.round) }, includesZero: true,
        title: "round (0: the original)", isWhole: true))
    let (all, median) = (BarChart.colors[0], BarChart.colors[1])
    return plot.document(
      [
        plot.frame(), plot.horizontalAxis(), plot.verticalAxis(axis, side: .left, color: "#333"),
        plot.line(rounds.map { (Double($0.round), $0.overall) }, on: axis, color: all),
        plot.line(rounds.map { (Double($0.round), $0.medianClass) }, on: axis, color: median),
        plot.legend([("all samples", all), ("median of the classes", median)], isLow: true),
      ], described: "Share of samples that keep their label, by round")
  }
}
