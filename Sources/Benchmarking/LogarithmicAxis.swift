import Foundation

/// A logarithmic axis with ticks at 1, 2 and 5 times powers of ten.
struct LogarithmicAxis {
  let low: Double
  let high: Double
  /// Places of `low` and `high` on the paper.
  let start: Double
  let end: Double

  /// The least axis that ends on ticks and holds `values`, all above 0.
  init(holding values: [Double], start: Double, end: Double) {
    let least = values.min() ?? 1
    let greatest = values.max() ?? 10
    low = Self.ticks(from: least / 10, to: least).last ?? least
    high = Self.ticks(from: greatest, to: greatest * 10).first ?? greatest
    self.start = start
    self.end = end
  }

  func place(_ value: Double) -> Double {
    start + (end - start) * log(value / low) / log(high / low)
  }

  var ticks: [Double] { Self.ticks(from: low, to: high) }

  /// A rounding error more or less does not lose a tick.
  private static func ticks(from low: Double, to high: Double) -> [Double] {
    let range = low * (1 - 1e-9)...high * (1 + 1e-9)
    let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let candidates = powers.flatMap { power -> [Double] in
      let unit = pow(10, Double(power))
      return [unit, 2 * unit, 5 * unit]
    }
    return candidates.filter { range.contains($0) }
  }

  /// A tick's number, without zeros at its end.
  static func label(_ value: Double) -> String {
    value >= 1 ? String(format: "%.0f", value) : String(format: "%g", value)
  }
}
