import ArgumentParser

/// Limits of all options' numbers, beyond which no computation can go: what overflows, what is
/// infinite, and what is no number at all.
///
/// Options have narrower limits of their own; seeds, which are unsigned, have none.
enum OptionLimits {
  static let count = Int(Int32.max)
  static let number = 1e9

  /// Throws `ValidationError` for an option of a parsed command that is beyond the limits.
  static func check(_ command: any ParsableCommand) throws { try check(command, of: "", depth: 0) }

  /// - Parameter name: of the property that holds the value; with an underscore before it, as the
  ///   wrapper of an option has.
  private static func check(_ value: Any, of name: String, depth: Int) throws {
    // Wrappers in groups of groups.
    guard depth < 24 else { return }
    switch value {
    case let number as Int:
      guard number.magnitude <= UInt(count) else { throw refusal(name, "\(number)", "\(count)") }
    case let number as Double: try check(number, "\(number)", of: name)
    case let number as Float: try check(Double(number), "\(number)", of: name)
    case is String: break
    default:
      for child in Mirror(reflecting: value).children {
        let label = child.label ?? ""
        let isOption = label.hasPrefix("_") && label != "_parsedValue"
        try check(child.value, of: isOption ? label : name, depth: depth + 1)
      }
    }
  }

  private static func check(_ number: Double, _ text: String, of name: String) throws {
    guard number.magnitude <= Self.number else { throw refusal(name, text, "1e9") }
  }

  private static func refusal(
    _ name: String, _ value: String, _ limit: String
  ) -> ValidationError {
    ValidationError("--\(name.dropFirst().asOption) \(value): use a number up to \(limit).")
  }
}

extension StringProtocol {
  /// The option of a property: `target-image` of `targetImage`.
  var asOption: String {
    reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
  }
}
