import Foundation

/// Values as JSON text with sorted keys, equal for equal values; dates as `2026-11-21T08:30:00Z`.
public enum JSONText {
  /// Indented, for files and screens; infinite numbers are the strings `inf`, `-inf` and `nan`.
  public static func indented(_ value: some Encodable) throws -> String {
    try text(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// On one line.
  public static func line(_ value: some Encodable) throws -> String {
    try text(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  /// Writes indented text with a last line end, which appears whole or not at all.
  public static func write(_ value: some Encodable, to path: String) throws {
    try AtomicFile.write(Array((try indented(value) + "\n").utf8), to: path)
  }

  /// Reads what `write` has written.
  ///
  /// - Throws: `FileError` if the file cannot be read or holds something else.
  public static func read<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(type, from: Data(try RandomAccessFile.contents(path)))
    } catch let error as DecodingError {
      throw FileError.damaged(
        path: path, reason: error.place, advice: "it is not what elixir-gpu has written")
    }
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension DecodingError {
  /// Where the contents are not as expected.
  fileprivate var place: String {
    let context: Context? =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
    if case .keyNotFound(let key, _) = self {
      return "there is no \(path.isEmpty ? "" : path + ".")\(key.stringValue)"
    }
    return path.isEmpty ? "it is no JSON text" : "\(path) is not what it should be"
  }
}
