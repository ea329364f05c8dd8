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
