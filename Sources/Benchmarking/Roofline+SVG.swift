import Foundation

extension Roofline {
  /// The picture as a self-contained SVG file.
  ///
  /// Each operation is a `<g class="point">` whose `<title>` has its name and figures.
  public var svg: String { RooflineChart(self).svg }
}

/// Lays a roofline out on a page of 1000×660: axes, the roof, points by kind, a legend.
private struct RooflineChart {
  private let roofline: Roofline
  private let horizontal: LogarithmicAxis
  private let vertical: LogarithmicAxis
  private var lines: [String] = []

  private static let (width, height) = (1000.0, 660.0)
  private static let (left, right, top, bottom) = (80.0, 780.0, 84.0, 560.0)

  var svg: String { lines.joined(separator: "\n") + "\n" }

  init(_ roofline: Roofline) {
    self.roofline = roofline
    let ridge = roofline.peak.flopsPerSecond / roofline.peak.bytesPerSecond
    let intensities = roofline.points.map(\.intensity).filter { $0 > 0 }
    horizontal = LogarithmicAxis(
      holding: intensities + [ridge / 4, ridge * 4], start: Self.left, end: Self.right)
    let rates = roofline.points.map { $0.flopsPerSecond / 1e9 }.filter { $0 > 0 }
    let peak = roofline.peak.flopsPerSecond / 1e9
    vertical = LogarithmicAxis(
      holding: rates.map { $0 * 1.1 } + rates + [peak * 1.5, peak / 4], start: Self.bottom,
      end: Self.top)
    open()
    drawAxes()
    drawRoof()
    for point in roofline.points { draw(point) }
    drawLegend()
    drawNotes()
    lines.append("</svg>")
  }

  private mutating func open() {
    let (width, height) = (number(Self.width), number(Self.height))
    lines += [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" font-family=\"Helvetica, Arial, sans-serif\" "
        + "font-size=\"13\" fill=\"#222\">",
      "<title>\(escaped(roofline.title)): roofline</title>",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#fff\"/>",
    ]
    text(roofline.title, x: Self.left, y: 34, attributes: "font-size=\"20\" font-weight=\"bold\"")
    text(roofline.subtitle, x: Self.left, y: 58, attributes: "fill=\"#555\"")
  }

  private mutating func drawAxes() {
    for tick in horizontal.ticks {
      let x = horizontal.place(tick)
      line(x, Self.top, x, Self.bottom, gridStyle(tick))
      text(
        LogarithmicAxis.label(tick), x: x, y: Self.bottom + 20,
        attributes: "text-anchor=\"middle\"")
    }
    for tick in vertical.ticks {
      let y = vertical.place(tick)
      line(Self.left, y, Self.right, y, gridStyle(tick))
      text(
        LogarithmicAxis.label(tick), x: Self.left - 8, y: y + 4.5,
        attributes: "text-anchor=\"end\"")
    }
    lines.append(
      "<rect x=\"\(number(Self.left))\" y=\"\(number(Self.top))\" "
        + "width=\"\(number(Self.right - Self.left))\" "
        + "height=\"\(number(Self.bottom - Self.top))\" fill=\"none\" stroke=\"#444\"/>")
    text(
      "arithmetic intensity, FLOP for each byte of compulsory traffic",
      x: (Self.left + Self.right) / 2, y: Self.bottom + 44, attributes: "text-anchor=\"middle\"")
    let middle = (Self.top + Self.bottom) / 2
    text(
      "GFLOP/s", x: 24, y: middle,
      attributes: "text-anchor=\"middle\" transform=\"rotate(-90 24 \(number(middle)))\"")
  }

  /// Powers of ten stand out.
  private func gridStyle(_ tick: Double) -> String {
    let power = log10(tick)
    let isPower = abs(power - power.rounded()) < 1e-9
    return "stroke=\"\(isPower ? "#c4c4c4" : "#ececec")\""
  }

  /// The slope of the memory, the flat of the arithmetic, each with its figure.
  private mutating func drawRoof() {
    let peak = roofline.peak
    let ridge = peak.flopsPerSecond / peak.bytesPerSecond
    // Where the slope enters the picture: on its left side or at its foot.
    let entry = max(horizontal.low, vertical.low * 1e9 / peak.bytesPerSecond)
    func y(_ intensity: Double) -> Double {
      vertical.place(peak.roof(intensity: intensity) / 1e9)
    }
    let corners = [entry, ridge, horizontal.high].map { (horizontal.place($0), y($0)) }
    let path = corners.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
    lines.append(
      "<polyline class=\"roof\" points=\"\(path)\" fill=\"none\" stroke=\"#111\" "
        + "stroke-width=\"2\" stroke-linejoin=\"round\"/>")
    // Above the roof and left of its corner there are no points.
    line(
      Self.left, corners[1].1, corners[1].0, corners[1].1,
      "stroke=\"#111\" stroke-dasharray=\"3 4\"")
    text(
      "\(figure(peak.flopsPerSecond / 1e9)) GFLOP/s: \(DevicePeak.arithmeticSource)",
      x: Self.left + 10, y: corners[1].1 - 8)
    drawSlopeLabel(from: corners[0], to: corners[1])
  }

  /// The bandwidth along the slope, above it.
  private mutating func drawSlopeLabel(from start: (Double, Double), to end: (Double, Double)) {
    let slope = (end.1 - start.1) / (end.0 - start.0)
    let length = hypot(1, slope)
    let x = (start.0 + end.0) / 2 + 9 * slope / length
    let y = (start.1 + end.1) / 2 - 9 / length
    let degrees = atan(slope) * 180 / .pi
    text(
      "\(figure(roofline.peak.bytesPerSecond / 1e9)) GB/s: \(DevicePeak.bandwidthSource)", x: x,
      y: y,
      attributes: "text-anchor=\"middle\" "
        + "transform=\"rotate(\(number(degrees)) \(number(x)) \(number(y)))\"")
  }

  private mutating func draw(_ point: Roofline.Point) {
    guard point.intensity > 0, point.flopsPerSecond > 0 else { return }
    let roof = roofline.peak.roof(intensity: point.intensity)
    let title =
      "\(point.name): \(figure(point.flopsPerSecond / 1e9)) GFLOP/s, "
      + "\(figure(point.intensity)) FLOP/byte, "
      + "\(figure(100 * point.flopsPerSecond / roof)) % of the roof"
    lines.append(
      "<g class=\"point\"><title>\(escaped(title))</title>"
        + mark(
          point.kind, x: horizontal.place(point.intensity),
          y: vertical.place(point.flopsPerSecond / 1e9))
        + "</g>")
  }

  private mutating func drawLegend() {
    let kinds = DeviceOperation.Kind.allCases.filter { kind in
      roofline.points.contains { $0.kind == kind }
    }
    for (row, kind) in kinds.enumerated() {
      let y = Self.top + 14 + 26 * Double(row)
      lines.append(mark(kind, x: Self.right + 28, y: y))
      text(kind.rawValue, x: Self.right + 44, y: y + 4.5)
    }
  }

  private mutating func drawNotes() {
    text(
      "Convolutions are counted as direct ones, so Winograd's algorithm may pass the roof. "
        + "Traffic: each operand once, from empty caches.", x: Self.left, y: Self.height - 24,
      attributes: "fill=\"#555\"")
  }

  /// A kind's mark: a colour that colour-blind readers can tell (Okabe and Ito) and a shape.
  private func mark(_ kind: DeviceOperation.Kind, x: Double, y: Double) -> String {
    let (color, shape): (String, Shape) =
      switch kind {
      case .convolution: ("#0072b2", .circle)
      case .inputGradient: ("#56b4e9", .square)
      case .weightGradient: ("#009e73", .triangle)
      case .matrixProduct: ("#d55e00", .diamond)
      case .attention: ("#cc79a7", .circle)
      case .normalization: ("#e69f00", .square)
      case .reduction: ("#7a5195", .triangle)
      case .elementwise: ("#555555", .circle)
      case .diffusionStep: ("#a6761d", .diamond)
      case .optimizerStep: ("#c1272d", .square)
      }
    let style = "fill=\"\(color)\" fill-opacity=\"0.85\" stroke=\"#fff\" stroke-width=\"0.8\""
    func polygon(_ corners: [(Double, Double)]) -> String {
      let points = corners.map { "\(number(x + $0.0)),\(number(y + $0.1))" }
      return "<polygon points=\"\(points.joined(separator: " "))\" \(style)/>"
    }
    switch shape {
    case .circle: return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"5.5\" \(style)/>"
    case .square: return polygon([(-5, -5), (5, -5), (5, 5), (-5, 5)])
    case .triangle: return polygon([(0, -6.5), (6, 4.5), (-6, 4.5)])
    case .diamond: return polygon([(0, -7), (7, 0), (0, 7), (-7, 0)])
    }
  }

  private enum Shape { case circle, square, triangle, diamond }

  private mutating func text(_ value: String, x: Double, y: Double, attributes: String = "") {
    lines.append(
      "<text x=\"\(number(x))\" y=\"\(number(y))\"\(attributes.isEmpty ? "" : " " + attributes)>"
        + "\(escaped(value))</text>")
  }

  private mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) {
    lines.append(
      "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
        + "\(style)/>")
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }

  /// Three significant digits.
  private func figure(_ value: Double) -> String {
    value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
