import Foundation
import Support

extension JSONValue {
  /// Reads a JSON file of at most 64 MiB.
  public static func read(_ url: URL) throws -> JSONValue {
    let file = try RandomAccessFile(url.path)
    guard file.size <= 64 << 20 else {
      throw CheckpointError.invalidJSON(
        path: url.path, reason: "\(file.size) bytes are too many for a configuration file")
    }
    return try parse(file.bytes(at: 0, count: file.size), path: url.path)
  }

  /// Reads JSON text.
  ///
  /// - Parameter path: where it stands, for the error `CheckpointError.invalidJSON`.
  public static func parse(_ bytes: [UInt8], path: String) throws -> JSONValue {
    do {
      return try JSONScanner.parse(bytes)
    } catch {
      throw CheckpointError.invalidJSON(path: path, reason: "not valid JSON: \(error.reason)")
    }
  }

  /// Writes the value as an indented JSON file, atomically.
  public func write(to url: URL, sortedKeys: Bool = false) throws {
    let text = serialized(indentation: 2, sortedKeys: sortedKeys) + "\n"
    try AtomicFile.write(Array(text.utf8), to: url)
  }

  /// JSON text: on one line, or indented by a number of spaces a level.
  public func serialized(indentation: Int? = nil, sortedKeys: Bool = false) -> String {
    var text = ""
    append(to: &text, indentation: indentation, sortedKeys: sortedKeys, level: 0)
    return text
  }

  private func append(to text: inout String, indentation: Int?, sortedKeys: Bool, level: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.text(value)
    case .string(let value): Self.append(quoted: value, to: &text)
    case .array(let items):
      Self.append(
        items, open: "[", close: "]", to: &text, indentation: indentation, level: level
      ) { item, text in
        item.append(to: &text, indentation: indentation, sortedKeys: sortedKeys, level: level + 1)
      }
    case .object(let object):
      let members = sortedKeys ? object.members.sorted { $0.key < $1.key } : object.members
      Self.append(
        members, open: "{", close: "}", to: &text, indentation: indentation, level: level
      ) { member, text in
        Self.append(quoted: member.key, to: &text)
        text += indentation == nil ? ":" : ": "
        member.value.append(
          to: &text, indentation: indentation, sortedKeys: sortedKeys, level: level + 1)
      }
    }
  }

  private static func append<Item>(
    _ items: [Item], open: String, close: String, to text: inout String, indentation: Int?,
    level: Int, item: (Item, inout String) -> Void
  ) {
    text += open
    for (index, element) in items.enumerated() {
      if index > 0 { text += "," }
      if let indentation {
        text += "\n" + String(repeating: " ", count: indentation * (level + 1))
      }
      item(element, &text)
    }
    if let indentation, !items.isEmpty {
      text += "\n" + String(repeating: " ", count: indentation * level)
    }
    text += close
  }

  /// Python's spelling, which its own reader takes back.
  private static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  private static func append(quoted value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
