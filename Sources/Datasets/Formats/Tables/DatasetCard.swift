import Support

/// What a dataset's card, `README.md`, says in its YAML head.
enum DatasetCard {
  static let name = FileName("README.md")

  /// Where the card of a part of a dataset may lie.
  static func places(base: FileName) -> [FileName] {
    base.bytes.isEmpty ? [name] : [base / name, name]
  }

  /// The card with another number of a split's examples, which `datasets` compares with what it
  /// reads; all else keeps its bytes.
  ///
  /// - Parameter old: the number that is replaced; other configurations may have others.
  static func replacingCount(
    of split: ImageDataset.Split, from old: Int, to new: Int, in card: [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var name: String?
    var fences = 0
    for line in card.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      var line = line
      defer { result += line + [UInt8(ascii: "\n")] }
      if line.starts(with: "---".utf8) { fences += 1 }
      guard fences == 1 else { continue }
      let text = String(decoding: line, as: UTF8.self)
      let (key, value) = member(text.drop { " -".contains($0) })
      if key == "name" { name = value }
      if key == "num_examples", value == String(old),
        let name, ImageDataset.Split(namedIn: FileName(name)) == split
      {
        line = Array(text.replacing(String(old), with: String(new)).utf8)[...]
      }
    }
    return result.dropLast()
  }

  /// The names of the classes of a feature by number; nil if the card has none for the column.
  static func classNames(of column: String, in card: [UInt8]) -> [String]? {
    let lines = String(decoding: card, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.first?.allSatisfy({ $0 == "-" || $0.isWhitespace }) == true else { return nil }
    var feature = ""
    var isInLabel = false
    /// The indent of `names:`, whose entries stand deeper or are list items.
    var indent: Int?
    var names: [String] = []
    for line in lines.dropFirst() {
      if line.hasPrefix("---") { break }
      let depth = line.prefix { $0 == " " }.count
      var text = line.drop { $0 == " " }
      let isItem = text.hasPrefix("- ")
      if isItem { text = text.dropFirst(2).drop { $0 == " " } }
      let (key, value) = member(text)
      if let start = indent {
        guard depth > start || depth == start && isItem, !text.isEmpty else { break }
        if isItem {
          names.append(unquoted(text))
        } else {
          guard let key, let value, Int(key) == names.count else { return nil }
          names.append(value)
        }
      } else if key == "name", isItem {
        feature = value ?? ""
        isInLabel = false
      } else if key == "class_label", feature == column {
        isInLabel = true
      } else if key == "names", isInLabel {
        indent = depth
      }
    }
    return names.isEmpty ? nil : names
  }

  /// `key: value`, without quotes.
  private static func member(_ text: Substring) -> (key: String?, value: String?) {
    let colon = text.indices.first { index in
      text[index] == ":" && (text[index...].dropFirst().first ?? " ") == " "
    }
    guard let colon else { return (nil, nil) }
    return (unquoted(text[..<colon]), unquoted(text[colon...].dropFirst()))
  }

  private static func unquoted(_ text: Substring) -> String {
    var bare = text.drop { $0 == " " }
    while bare.last?.isWhitespace == true { bare.removeLast() }
    let value = String(bare)
    guard value.count >= 2, let quote = value.first, quote == value.last, "'\"".contains(quote)
    else { return value }
    let inner = String(value.dropFirst().dropLast())
    return quote == "'" ? inner.replacing("''", with: "'") : inner
  }
}
