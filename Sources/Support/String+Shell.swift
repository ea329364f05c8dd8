extension String {
  /// The text as one word of a shell's command line.
  public var shellWord: String {
    let plain = unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
        || "_-./:=,+@%".unicodeScalars.contains($0)
    }
    if plain && !isEmpty { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

extension [String] {
  /// A command line that a shell takes for these words.
  public var shellWords: String { map(\.shellWord).joined(separator: " ") }
}
