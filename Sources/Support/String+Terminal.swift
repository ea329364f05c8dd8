extension String {
  /// The text as it may be shown on a terminal: each character that could steer it, or turn the
  /// direction of reading, is `\u` and four hexadecimal digits, which means the same in JSON.
  ///
  /// Line ends stay; what follows one is indented by two spaces if `indented`, so that no line
  /// begins with what a name from the data says.
  public func forTerminal(indented: Bool = false) -> String {
    var text = ""
    for scalar in unicodeScalars {
      if scalar == "\n" {
        text += indented ? "\n  " : "\n"
      } else if scalar.steersTerminals && scalar != "\t" {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Control characters, line and paragraph ends, and those that change the direction of reading.
  var steersTerminals: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
