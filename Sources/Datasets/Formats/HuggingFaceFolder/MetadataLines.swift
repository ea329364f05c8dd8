import Checkpoints
import Foundation
import Support

/// `metadata.jsonl`: a JSON object a line.
struct MetadataLines: MetadataTable {
  let columns: [String]
  private(set) var rows: [Range<Int>] = []
  private let bytes: [UInt8]
  /// By row and key, where its value lies in the text.
  private var fields: [[String: Range<Int>]] = []

  init(_ bytes: [UInt8], path: String) throws {
    self.bytes = bytes
    var columns: [String] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
      defer { start = end }
      let line = Array(bytes[start..<end])
      if line.allSatisfy({ [32, 9, 10, 13].contains($0) }) { continue }
      guard let object = JSONFields(line) else {
        throw FileError.damaged(
          path: path, reason: "row \(rows.count + 1) is no JSON object",
          advice: "write an object with file_name on each line")
      }
      if rows.isEmpty { columns = object.fields.map(\.key) }
      var places: [String: Range<Int>] = [:]
      for field in object.fields {
        places[field.key] = start + field.range.lowerBound..<start + field.range.upperBound
      }
      rows.append(start..<end)
      fields.append(places)
    }
    self.columns = columns
  }

  func value(_ row: Int, _ column: String) -> StoredLabel? {
    guard let place = fields[row][column] else { return .null }
    switch try? JSONValue.parse(Array(bytes[place]), path: "") {
    case .null: return .null
    case .bool(let value): return .number(value ? 1 : 0)
    case .integer(let value): return .number(value)
    case .number(let value): return StoredLabel(whole: value)
    case .string(let value): return .text(FileName(value))
    default: return nil
    }
  }

  func edit(_ row: Int, _ column: String, _ value: StoredLabel) throws -> TextEdit? {
    let text =
      switch value {
      case .null: "null"
      case .number(let number): String(number)
      case .text(let name): try JSONText.line(name.systemPath)
      }
    if let place = fields[row][column] { return (place, Array(text.utf8)) }
    if value == .null { return nil }
    // A new member goes behind the last one.
    let end = fields[row].values.map(\.upperBound).max() ?? rows[row].lowerBound
    return (end..<end, Array(", \(try JSONText.line(column)): \(text)".utf8))
  }

  func replacing(_ edits: [TextEdit]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += bytes[position..<edit.range.lowerBound] + edit.bytes
      position = edit.range.upperBound
    }
    return result + bytes[position...]
  }
}
