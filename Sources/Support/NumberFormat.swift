import Foundation

/// Numbers as text.
public enum NumberFormat {
  /// With a number of digits after the point.
  public static func text(_ value: Double, digits: Int = 1) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// With commas between thousands.
  public static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let grouped = digits.enumerated().map { place, digit in
      place > 0 && (digits.count - place) % 3 == 0 ? ",\(digit)" : "\(digit)"
    }
    return (value < 0 ? "-" : "") + grouped.joined()
  }

  /// A share of 1, such as `12.5 %`.
  public static func percent(_ share: Double, digits: Int = 1) -> String {
    text(100 * share, digits: digits) + " %"
  }

  /// To three digits at least: `0.42`, `12.5` or `1204`.
  public static func rate(_ value: Double) -> String {
    text(value, digits: value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// In powers of 1000: `512 bytes`, `3.2 MB` or `12 GB`.
  public static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    while value >= 999.5 && unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
    return text(value, digits: unit > 0 && value < 9.95 ? 1 : 0) + " " + units[unit]
  }

  /// `7 s`, `3 min 05 s` or `2 h 10 min`.
  public static func duration(_ seconds: Double) -> String {
    // Beyond a million hours, and what is not a number, is as good as never.
    let whole = seconds < 3.6e9 ? Int(max(seconds, 0).rounded()) : 3_600_000_000
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
    return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
  }
}
