import Support

/// What a sample's label field says, and how it says another label.
struct WebDatasetLabel {
  /// A number or a name.
  let text: String
  /// The name of the class, where a number stands beside it.
  let name: String?

  private static let keys = ["label", "cls", "class", "category", "target", "class_id", "y"]
  private static let nameKeys = ["class_name", "label_name", "class", "category"]

  /// Bytes that are read of a label's field; more are no label.
  static let sizeLimit = 1 << 22

  /// nil if there is no label in it.
  init?(_ bytes: [UInt8], suffix: String, key: String?) {
    guard suffix.hasSuffix("json") else {
      guard let found = String(validating: bytes, as: UTF8.self) else { return nil }
      let stripped = found.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard !stripped.isEmpty else { return nil }
      (text, name) = (stripped, nil)
      return
    }
    guard let fields = JSONFields(bytes),
      let value = (key.map { [$0] } ?? Self.keys).lazy.compactMap({ fields.text($0) }).first
    else { return nil }
    text = value
    name = Self.nameKeys.lazy.compactMap { fields.text($0) }.first { Int($0) == nil }
  }

  /// The field with another label, all else in it unchanged.
  static func changed(
    _ bytes: [UInt8], suffix: String, key: String?, to label: Int32, classNames: [String]
  ) throws -> [UInt8] {
    let className = classNames[Int(label)]
    guard suffix.hasSuffix("json") else {
      let before = String(decoding: bytes, as: UTF8.self)
      let isNumber = Int(before.filter { !$0.isWhitespace }) != nil
      return Array((isNumber ? String(label) : className).utf8)
    }
    guard let fields = JSONFields(bytes),
      let place = (key.map { [$0] } ?? keys).first(where: { fields.text($0) != nil })
    else { return bytes }
    let isNumber = fields.text(place).flatMap { Int($0) } != nil
    let result = try fields.replacing(place, with: isNumber ? String(label) : className)
    guard isNumber,
      let named = nameKeys.first(where: { fields.text($0).map { Int($0) == nil } == true }),
      let other = JSONFields(result)
    else { return result }
    return try other.replacing(named, with: className)
  }
}
