/// A JSON value that keeps what decoders lose: null beside absent, integers, and the order of keys.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The value as it would be written, shortened for messages.
  public var summary: String {
    switch self {
    case .string(let text): "'\(text.prefix(60))'"
    case .array(let items): "a list of \(items.count)"
    case .object: "an object"
    default: serialized()
    }
  }
}

/// The members of a JSON object in their order, with unique keys.
public struct JSONObject: Sendable, Equatable {
  public private(set) var keys: [String] = []
  private var values: [String: JSONValue] = [:]

  public init() {}

  public init(_ members: [(String, JSONValue)]) {
    for (key, value) in members { self[key] = value }
  }

  /// The value of a key: `nil` if the key is absent, `.null` if it is null.
  ///
  /// A new key goes last.
  public subscript(key: String) -> JSONValue? {
    get { values[key] }
    set {
      if values.updateValue(newValue ?? .null, forKey: key) == nil { keys.append(key) }
      if newValue == nil {
        values[key] = nil
        keys.removeAll { $0 == key }
      }
    }
  }

  /// Adds a member unless the key is there already; tells whether it was added.
  mutating func insert(_ key: String, _ value: JSONValue) -> Bool {
    guard values[key] == nil else { return false }
    values[key] = value
    keys.append(key)
    return true
  }

  public var count: Int { keys.count }

  public var members: [(key: String, value: JSONValue)] {
    keys.map { ($0, values[$0] ?? .null) }
  }
}
