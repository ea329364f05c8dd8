import Foundation

/// Reads typed fields of a JSON configuration, with defaults for absent keys and clear errors.
///
/// Null and absent differ: `attention_head_dim: null` means one head, an absent key means 8.
public struct ConfigurationReader: Sendable {
  /// Names the file in messages.
  public let path: String
  public let object: JSONObject

  public init(path: String, object: JSONObject) {
    self.path = path
    self.object = object
  }

  /// Reads a file that holds one JSON object.
  public init(_ url: URL) throws {
    guard case .object(let object) = try JSONValue.read(url) else {
      throw CheckpointError.invalidJSON(path: url.path, reason: "not a JSON object")
    }
    self.init(path: url.path, object: object)
  }

  public func failure(_ field: String, supported: String) -> CheckpointError {
    .unsupportedValue(
      path: path, field: field, value: object[field]?.summary ?? "absent", supported: supported)
  }

  public func bool(_ field: String, default absent: Bool) throws -> Bool {
    switch object[field] {
    case nil: return absent
    case .bool(let value)?: return value
    default: throw failure(field, supported: "true, false")
    }
  }

  public func integer(
    _ field: String, default absent: Int, in range: ClosedRange<Int> = 1...Int(Int32.max)
  ) throws -> Int {
    guard let value = try optionalInteger(field, default: absent, in: range) else {
      throw failure(field, supported: Self.text(range))
    }
    return value
  }

  /// An integer or null; an absent key is `absent`, null is `nil`.
  public func optionalInteger(
    _ field: String, default absent: Int?, in range: ClosedRange<Int> = 1...Int(Int32.max)
  ) throws -> Int? {
    switch object[field] {
    case nil: return absent
    case .null?: return nil
    case .integer(let value)? where range.contains(value): return value
    case .number(let value)?:
      if let integer = Int(exactly: value), range.contains(integer) { return integer }
      fallthrough
    default: throw failure(field, supported: Self.text(range))
    }
  }

  public func number(
    _ field: String, default absent: Double, in range: ClosedRange<Double>? = nil
  ) throws -> Double {
    let value: Double
    switch object[field] {
    case nil: return absent
    case .integer(let integer)?: value = Double(integer)
    case .number(let number)?: value = number
    default: throw failure(field, supported: "a number")
    }
    if let range, !range.contains(value) {
      throw failure(field, supported: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A string or null; an absent key is `absent`, null is `nil`.
  public func optionalString(_ field: String, default absent: String?) throws -> String? {
    switch object[field] {
    case nil: return absent
    case .null?: return nil
    case .string(let value)?: return value
    default: throw failure(field, supported: "a string")
    }
  }

  /// One of the raw values of `Choice`.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: String, default absent: Choice
  ) throws -> Choice {
    guard let value = object[field] else { return absent }
    guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
      throw failure(field, supported: Self.list(Choice.self))
    }
    return choice
  }

  public func choices<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: String, default absent: [Choice]
  ) throws -> [Choice] {
    guard let value = object[field] else { return absent }
    guard case .array(let items) = value else {
      throw failure(field, supported: "a list of \(Self.list(Choice.self))")
    }
    return try items.map { item in
      guard case .string(let text) = item, let choice = Choice(rawValue: text) else {
        throw CheckpointError.unsupportedValue(
          path: path, field: field, value: item.summary, supported: Self.list(Choice.self))
      }
      return choice
    }
  }

  public func integers(
    _ field: String, default absent: [Int], in range: ClosedRange<Int> = 1...Int(Int32.max)
  ) throws -> [Int] {
    guard let value = object[field] else { return absent }
    guard case .array(let items) = value else {
      throw failure(field, supported: "a list of integers")
    }
    return try items.map { item in
      guard case .integer(let number) = item, range.contains(number) else {
        throw CheckpointError.unsupportedValue(
          path: path, field: field, value: item.summary, supported: Self.text(range))
      }
      return number
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == Int(Int32.max)
      ? "integers from \(range.lowerBound)"
      : "integers from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func list<Choice: RawRepresentable<String> & CaseIterable>(
    _: Choice.Type
  ) -> String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}
