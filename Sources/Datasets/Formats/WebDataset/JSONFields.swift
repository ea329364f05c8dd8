import Foundation

/// The values of a JSON object by their keys, as places in its text, so that one can be changed and
/// all else stays as it is.
package struct JSONFields {
  let bytes: [UInt8]
  /// In the object's order.
  package private(set) var fields: [(key: String, range: Range<Int>)] = []

  /// nil if the text is no object with keys of their own.
  package init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any] else {
      return nil
    }
    // The text is right, so that a scan may rely on it.
    var depth = 0
    var position = 0
    var key: String?
    var start: Int?
    func endValue(_ end: Int) {
      guard let name = key, let first = start else { return }
      var last = end
      while last > first, [32, 9, 10, 13].contains(bytes[last - 1]) { last -= 1 }
      fields.append((name, first..<last))
      (key, start) = (nil, nil)
    }
    while position < bytes.count {
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
