import Reports
import Restoration

/// The losses by epoch, as a picture: those of adversaries to the left, distances to the right.
struct RestorationChart {
  let losses: [RestorationLossCurve]

  private static let colors: [RestorationLoss: String] = [
    .restoring: "#1f6f43", .poisoning: "#7fae93", .cleanDiscriminator: "#1f4e8c",
    .poisonedDiscriminator: "#8fb0d8", .cycle: "#b4451f", .content: "#e0a030",
    .identity: "#886",
  ]
  private static let distances: [RestorationLoss] = [.cycle, .content, .identity]

  /// Empty if there are no losses.
  func svg() -> String {
    let shown = losses.filter { curve in curve.means.contains { $0 != 0 } }
    guard let epochs = shown.first?.means.count, epochs > 0 else { return "" }
    let plot = SVGPlot(
      width: 640, height: 320, margin: (left: 64.0, right: 64.0, top: 24.0, bottom: 44.0),
      x: PlotAxis(covering: [1, Double(epochs)], includesZero: false, title: "epoch"))
    func axis(_ title: String, _ isDistance: Bool) -> PlotAxis {
      let values = shown.filter { Self.distances.contains($0.loss) == isDistance }.flatMap(\.means)
      return PlotAxis(covering: values.map(Double.init), includesZero: true, title: title)
    }
    let (left, right) = (axis("adversarial, −log", false), axis("mean distance of pixels", true))
    let lines = shown.map { curve in
      plot.line(
        curve.means.enumerated().map { (Double($0 + 1), Double($1)) },
        on: Self.distances.contains(curve.loss) ? right : left,
        color: Self.colors[curve.loss] ?? "#333")
    }
    return plot.document(
      [
        plot.frame(), plot.horizontalAxis(),
        plot.verticalAxis(left, side: .left, color: "#1f6f43"),
        plot.verticalAxis(right, side: .right, color: "#b4451f"),
      ] + lines + [
        plot.legend(shown.map { ($0.loss.name, Self.colors[$0.loss] ?? "#333") })
      ])
  }
}
