/// What a pickle holds, as plain data.
public indirect enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: two's complement, little-endian.
  case largeInteger([UInt8])
  case number(Double)
  /// Bytes, and strings as Python 2 had them.
  case bytes([UInt8])
  case text(String)
  case list([PickleValue])
  case tuple([PickleValue])
  case set([PickleValue])
  case dictionary([Member])
  case array(PickleArray)
  /// The mention of an allowed function or class.
  case name(PickleName)
  /// What the program that wrote the pickle keeps outside of it, by its identifier.
  case persistent(PickleValue)
  /// An allowed function or class with its arguments and the state set afterwards: not called,
  /// but told to the reader.
  case call(PickleName, arguments: [PickleValue], state: PickleValue)

  public struct Member: Sendable {
    public var key: PickleValue
    public var value: PickleValue

    public init(_ key: PickleValue, _ value: PickleValue) {
      self.key = key
      self.value = value
    }
  }

  /// A dictionary's value, or `nil` for other values and absent keys.
  public subscript(key: String) -> PickleValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members.last { $0.key.string == key }?.value
  }

  /// The elements of a list or tuple.
  public var elements: [PickleValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// Text, or a Python 2 string that is UTF-8.
  public var string: String? {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// An integer of Python or of NumPy.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .array(let array) where array.shape.isEmpty: array.integers()?.first
    default: nil
    }
  }

  /// The integers of a list, a tuple or a NumPy array (in row-major order).
  public var integers: [Int]? {
    switch self {
    case .array(let array): return array.integers()
    case .list(let items), .tuple(let items):
      var result: [Int] = []
      result.reserveCapacity(items.count)
      for item in items {
        guard let integer = item.integer else { return nil }
        result.append(integer)
      }
      return result
    default: return nil
    }
  }

  /// What kind of value this is, for messages.
  public var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .largeInteger: "an integer"
    case .number: "a number"
    case .bytes: "bytes"
    case .text: "a string"
    case .list(let items): "a list of \(items.count)"
    case .tuple(let items): "a tuple of \(items.count)"
    case .set(let items): "a set of \(items.count)"
    case .dictionary(let members): "a dictionary of \(members.count)"
    case .array(let array): "an array of type \(array.descriptor) and shape \(array.shape)"
    case .name(let name): "the name \(name)"
    case .persistent: "a reference to a storage"
    case .call(let name, _, _): "an object \(name)"
    }
  }
}
