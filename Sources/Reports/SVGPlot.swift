import Foundation

/// A linear axis with round tick marks around some values.
package struct PlotAxis {
  package let range: ClosedRange<Double>
  package let ticks: [Double]
  let title: String
  private let digits: Int

  /// - Parameter isWhole: whether ticks between whole numbers have no meaning.
  package init(
    covering values: [Double], includesZero: Bool, title: String, isWhole: Bool = false
  ) {
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    if high - low < 1e-12 { high = low + 1 }
    let rough = (high - low) / 5
    let power = pow(10, log10(rough).rounded(.down))
    let step =
      [1, 2, 5, 10].map { $0 * power }.first { $0 >= max(rough, isWhole ? 1 : 0) } ?? rough
    let first = Int((low / step).rounded(.down))
    let last = Int((high / step).rounded(.up))
    ticks = (first...last).map { Double($0) * step }
    range = Double(first) * step...Double(last) * step
    digits = max(0, Int(-log10(step).rounded(.down)))
    self.title = title
  }

  /// 0 at the lower end, 1 at the upper.
  package func share(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  package func text(_ tick: Double) -> String { String(format: "%.\(digits)f", tick) }
}

/// Parts of a plot in SVG.
package struct SVGPlot {
  package enum Side { case left, right }

  private let width: Double
  private let height: Double
  private let margin: (left: Double, right: Double, top: Double, bottom: Double)
  private let x: PlotAxis

  package init(
    width: Double, height: Double,
    margin: (left: Double, right: Double, top: Double, bottom: Double), x: PlotAxis
  ) {
    self.width = width
    self.height = height
    self.margin = margin
    self.x = x
  }

  private var innerWidth: Double { width - margin.left - margin.right }
  private var innerHeight: Double { height - margin.top - margin.bottom }

  private func place(_ value: Double) -> Double { margin.left + x.share(value) * innerWidth }

  private func place(_ value: Double, on y: PlotAxis) -> Double {
    margin.top + (1 - y.share(value)) * innerHeight
  }

  /// - Parameter description: what the plot shows, for readers who do not see it.
  package func document(_ parts: [String], described description: String = "Chart") -> String {
    """
    <svg class="plot" role="img" aria-label="\(description.htmlEscaped)" \
    xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
    width="\(number(width))" height="\(number(height))" font-family="sans-serif" font-size="12">
    <rect width="100%" height="100%" fill="#fff"/>
    \(parts.joined(separator: "\n"))
    </svg>

    """
  }

  package func frame() -> String {
    """
    <rect x="\(number(margin.left))" y="\(number(margin.top))" width="\(number(innerWidth))" \
    height="\(number(innerHeight))" fill="none" stroke="#888"/>
    """
  }

  package func horizontalAxis() -> String {
    let base = margin.top + innerHeight
    let ticks = x.ticks.map {
      text(x.text($0), x: place($0), y: base + 16, anchor: "middle")
    }
    let title = text(
      x.title, x: margin.left + innerWidth / 2, y: base + 34, anchor: "middle")
    return (ticks + [title]).joined(separator: "\n")
  }

  package func verticalAxis(_ axis: PlotAxis, side: Side, color: String) -> String {
    let edge = side == .left ? margin.left - 6 : width - margin.right + 6
    let ticks = axis.ticks.map {
      text(
        axis.text($0), x: edge, y: place($0, on: axis) + 4,
        anchor: side == .left ? "end" : "start", color: color)
    }
    let title = text(
      axis.title, x: side == .left ? margin.left : width - margin.right, y: margin.top - 8,
      anchor: side == .left ? "start" : "end", color: color)
    return (ticks + [title]).joined(separator: "\n")
  }

  package func line(_ points: [(x: Double, y: Double)], on y: PlotAxis, color: String) -> String {
    let places = points.map { "\(number(place($0.x))),\(number(place($0.y, on: y)))" }
    let dots = points.map {
      "<circle cx=\"\(number(place($0.x)))\" cy=\"\(number(place($0.y, on: y)))\" r=\"2.5\" "
        + "fill=\"\(color)\"/>"
    }
    return """
      <polyline points="\(places.joined(separator: " "))" fill="none" stroke="\(color)" \
      stroke-width="2"/>
      \(dots.joined())
      """
  }

  package func dots(_ points: [(x: Double, y: Double)], on y: PlotAxis, color: String) -> String {
    let circles = points.map {
      "<circle cx=\"\(number(place($0.x)))\" cy=\"\(number(place($0.y, on: y)))\" r=\"2\"/>"
    }
    return "<g fill=\"\(color)\" fill-opacity=\"0.55\">\(circles.joined())</g>"
  }

  /// Names with their colors, in the upper or the lower right corner.
  package func legend(
    _ entries: [(name: String, color: String)], isLow: Bool = false
  ) -> String {
    entries.enumerated().map { row, entry in
      let y =
        isLow
        ? margin.top + innerHeight - 12 - 16 * Double(entries.count - 1 - row)
        : margin.top + 16 + 16 * Double(row)
      let x = width - margin.right - 12
      return """
        <circle cx="\(number(x))" cy="\(number(y - 4))" r="4" fill="\(entry.color)"/>
        \(text(entry.name, x: x - 10, y: y, anchor: "end"))
        """
    }.joined(separator: "\n")
  }

  private func text(
    _ content: String, x: Double, y: Double, anchor: String, color: String = "#333"
  ) -> String {
    """
    <text x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)" fill="\(color)">\
    \(content.htmlEscaped)</text>
    """
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
