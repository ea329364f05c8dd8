import Foundation

/// A choice that a client may make about a job, and the option of `purify` that it becomes.
///
/// What is not declared here cannot be asked for: no path, no list, and nothing that would run
/// longer than the service allows without being counted.
struct JobOption: Sendable {
  /// As in a query, and as the command's option without its dashes.
  let name: String
  let kind: Kind
  let help: String

  enum Kind: Sendable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// `auto`, or an integer.
    case automatic(ClosedRange<Int>)
    /// One of these words.
    case choice([String])
    /// The option without a value: true or false.
    case flag
    /// A text that matches a pattern.
    case text(pattern: String)
    /// A model by the name that the operator gave to it.
    case model
  }

  var isModel: Bool {
    if case .model = kind { true } else { false }
  }

  /// The words of the command line that stand for a value.
  ///
  /// - Parameter models: paths of models by name.
  /// - Throws: `HTTPFailure` for a value that cannot be.
  func words(_ value: String, models: [String: String]) throws(HTTPFailure) -> [String] {
    switch kind {
    case .integer(let range):
      guard let number = Self.integer(value), range.contains(number) else {
        throw refusal(value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return ["--\(name)=\(number)"]
    case .number(let range):
      guard let number = Self.number(value), range.contains(number) else {
        throw refusal(value, "a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return ["--\(name)=\(number)"]
    case .automatic(let range):
      if value == "auto" { return ["--\(name)=auto"] }
      guard let number = Self.integer(value), range.contains(number) else {
        throw refusal(value, "auto, or a whole number \(range.lowerBound) to \(range.upperBound)")
      }
      return ["--\(name)=\(number)"]
    case .choice(let words):
      guard words.contains(value) else { throw refusal(value, words.joined(separator: ", ")) }
      return ["--\(name)=\(value)"]
    case .flag:
      guard ["true", "false"].contains(value) else { throw refusal(value, "true or false") }
      return value == "true" ? ["--\(name)"] : []
    case .text(let pattern):
      guard Self.matches(value, pattern) else { throw refusal(value, "what matches \(pattern)") }
      return ["--\(name)=\(value)"]
    case .model:
      guard let path = models[value] else {
        throw refusal(value, models.keys.sorted().joined(separator: ", "))
      }
      return ["--\(name)=\(path)"]
    }
  }

  private func refusal(_ value: String, _ use: String) -> HTTPFailure {
    HTTPFailure(.badRequest, "\(name): '\(value.prefix(80))' cannot be used; use \(use).")
  }

  /// Digits alone, perhaps behind a minus.
  private static func integer(_ text: String) -> Int? {
    matches(text, "^-?[0-9]{1,18}$") ? Int(text) : nil
  }

  private static func number(_ text: String) -> Double? {
    matches(text, "^-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][-+]?[0-9]{1,3})?$") ? Double(text) : nil
  }

  private static func matches(_ text: String, _ pattern: String) -> Bool {
    guard text.utf8.count <= 200, let found = text.range(of: pattern, options: .regularExpression)
    else { return false }
    // The end of a pattern also stands before a last line end.
    return found == text.startIndex..<text.endIndex
  }
}
