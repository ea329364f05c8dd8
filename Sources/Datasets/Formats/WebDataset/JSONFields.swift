import Foundation

/// The values of a JSON object by their keys, as places in its text, so that one can be changed and
/// all else stays as it is.
package struct JSONFields {
  let bytes: [UInt8]
  /// In the object's order.
  package private(set) var fields: [(key: String, range: Range<Int>)] = []

  /// nil if the text is no object with keys of their own.
  package init?(_ bytes: [UInt8]) {
    guard (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any] else {
      return nil
    }
    self.init(bytes, within: bytes.indices)
  }

  /// An object that is a part of a text known to be right.
  init?(_ bytes: [UInt8], within range: Range<Int>) {
    self.bytes = bytes
    var depth = 0
    var position = range.lowerBound
    var key: String?
    var start: Int?
    func endValue(_ end: Int) {
      guard let name = key, let first = start else { return }
      var last = end
      while last > first, [32, 9, 10, 13].contains(bytes[last - 1]) { last -= 1 }
      fields.append((name, first..<last))
      (key, start) = (nil, nil)
    }
    while position < range.upperBound {
      let byte = bytes[position]
      if depth == 1, key != nil, start == nil, ![32, 9, 10, 13, UInt8(ascii: ":")].contains(byte) {
        start = position
      }
      switch byte {
      case UInt8(ascii: "\""):
        let first = position
        position += 1
        while bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        if depth == 1, key == nil { key = Self.value(bytes[first...position]) as? String }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { endValue(position) }
      case UInt8(ascii: ",") where depth == 1: endValue(position)
      default: break
      }
      position += 1
    }
    guard Set(fields.map(\.key)).count == fields.count else { return nil }
  }

  /// Where the elements of an array are that is the value of a key.
  func elements(_ key: String) -> [Range<Int>]? {
    guard let array = fields.first(where: { $0.key == key })?.range,
      bytes[array.lowerBound] == UInt8(ascii: "[")
    else { return nil }
    var elements: [Range<Int>] = []
    var depth = 0
    var start: Int?
    var end = array.lowerBound
    var position = array.lowerBound
    while position < array.upperBound {
      let byte = bytes[position]
      let isBlank = [32, 9, 10, 13].contains(byte)
      if depth == 1, start == nil, !isBlank, byte != UInt8(ascii: "]") { start = position }
      let isEnd = depth == 1 && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))
      if isEnd, let first = start {
        elements.append(first..<end)
        start = nil
      }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        while bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
      if !isBlank { end = position }
    }
    return elements
  }

  /// Where the value of a key is.
  func range(_ key: String) -> Range<Int>? { fields.first { $0.key == key }?.range }

  /// A text or a whole number as text; nil for other values and keys that are not there.
  package func text(_ key: String) -> String? {
    guard let range = fields.first(where: { $0.key == key })?.range else { return nil }
    let raw = String(decoding: bytes[range], as: UTF8.self)
    return Int(raw).map { String($0) } ?? (Self.value(bytes[range]) as? String)
  }

  /// The object's text with another text or number for a key, as what was there before.
  package func replacing(_ key: String, with text: String) throws -> [UInt8] {
    guard let range = fields.first(where: { $0.key == key })?.range else { return bytes }
    let isText = bytes[range.lowerBound] == UInt8(ascii: "\"")
    let value = isText ? try JSONEncoder().encode(text) : Data(text.utf8)
    return Array(bytes[..<range.lowerBound]) + value + bytes[range.upperBound...]
  }

  private static func value(_ bytes: some Sequence<UInt8>) -> Any? {
    try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
  }
}
