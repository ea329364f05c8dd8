import Foundation
import Reports

/// ℓ(h) and the mean perturbation by round, as a picture.
struct RoundChart {
  let rounds: [MendataRound]

  private static let size = (width: 640.0, height: 300.0)
  private static let margin = (left: 64.0, right: 64.0, top: 24.0, bottom: 44.0)

  func svg() -> String {
    let plot = SVGPlot(
      width: Self.size.width, height: Self.size.height, margin: Self.margin,
      x: PlotAxis(covering: rounds.map { Double($0.number) }, includesZero: false, title: "round"))
    let distance = PlotAxis(
      covering: rounds.map(\.distance), includesZero: true, title: "distance ℓ(h)")
    let perturbation = PlotAxis(
      covering: rounds.map(\.meanPerturbation), includesZero: true,
      title: "mean ‖δ‖∞ in 1/255")
    return plot.document([
      plot.frame(), plot.horizontalAxis(),
      plot.verticalAxis(distance, side: .left, color: "#1f6f43"),
      plot.verticalAxis(perturbation, side: .right, color: "#b4451f"),
      plot.line(
        rounds.map { (Double($0.number), $0.distance) }, on: distance, color: "#1f6f43"),
      plot.line(
        rounds.map { (Double($0.number), $0.meanPerturbation) }, on: perturbation,
        color: "#b4451f"),
    ])
  }
}
