/// A strict JSON reader with limits on depth and members, which rejects duplicate keys.
///
/// Decoders at hand keep one of two equal keys silently, which lets a file mean different things
/// to different readers.
struct JSONScanner {
  struct Limits {
    var depth = 64
    /// Object members and array elements, all together.
    var values = 1 << 20
    /// Python writes NaN, Infinity and -Infinity, which JSON does not know.
    var allowsNonFinite = true
  }

  struct Failure: Error {
    var reason: String
  }

  private let bytes: [UInt8]
  private let limits: Limits
  private var position = 0
  private var valueCount = 0

  private init(_ bytes: [UInt8], limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Reads one value, which only white space may follow.
  static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Failure(reason: "the text is not UTF-8")
    }
    var scanner = JSONScanner(bytes, limits: limits)
    let value = try scanner.value(depth: 0)
    scanner.skipSpace()
    guard scanner.position == bytes.count else { throw scanner.failure("text after the end") }
    return value
  }

  private func failure(_ what: String) -> Failure {
    Failure(reason: "\(what) at byte \(position)")
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard let byte = current, byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONValue {
    skipSpace()
    valueCount += 1
    guard valueCount <= limits.values else { throw failure("more than \(limits.values) values") }
    guard depth <= limits.depth else { throw failure("nested deeper than \(limits.depth)") }
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case nil: throw failure("the text ends early")
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(Failure) -> JSONObject {
    position += 1
    var result = JSONObject()
    skipSpace()
    if take("}") { return result }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("a key is expected") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("':' is expected") }
      guard result.insert(key, try value(depth: depth + 1)) else {
        throw failure("duplicate key '\(key.prefix(60))'")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("'}' or ',' is expected") }
    return result
  }

  private mutating func array(depth: Int) throws(Failure) -> [JSONValue] {
    position += 1
    var result: [JSONValue] = []
    skipSpace()
    if take("]") { return result }
    repeat {
      result.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("']' or ',' is expected") }
    return result
  }

  private mutating func number() throws(Failure) -> JSONValue {
    if limits.allowsNonFinite {
      if take(word: "NaN") { return .number(.nan) }
      if take(word: "Infinity") { return .number(.infinity) }
      if take(word: "-Infinity") { return .number(-.infinity) }
    }
    let start = position
    _ = take("-")
    let firstDigit = current
    guard takeDigits() > 0 else { throw failure("a value is expected") }
    let integerDigits = position - start - (bytes[start] == UInt8(ascii: "-") ? 1 : 0)
    guard firstDigit != UInt8(ascii: "0") || integerDigits == 1 else {
      throw failure("a number with a leading zero")
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard takeDigits() > 0 else { throw failure("digits are expected") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      guard takeDigits() > 0 else { throw failure("digits are expected") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else { throw failure("an unreadable number") }
    return .number(number)
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    return position - start
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string without end")
  }

  private mutating func escape() throws(Failure) -> Character {
    guard let byte = current else { throw failure("a string without end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try unicodeEscape())
    default: throw failure("an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), take(word: "\\u") else {
      throw failure("half a surrogate pair")
    }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    guard position + 4 <= bytes.count else { throw failure("a string without end") }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits are expected") }
    position += 4
    return code
  }
}
