import Support

extension ImageDataset.Split {
  /// The words by which Hugging Face's `datasets` knows a split in names of files and folders.
  private var words: [String] {
    switch self {
    case .training: ["train", "training"]
    case .validation: ["validation", "valid", "val", "dev"]
    case .test: ["test", "testing", "eval", "evaluation"]
    }
  }

  /// The split whose word stands in a path, between signs that are no letters or digits; that of
  /// the last part which has one.
  init?(namedIn path: FileName) {
    let slash = UInt8(ascii: "/")
    for part in path.bytes.split(separator: slash).reversed() {
      let words = String(decoding: part, as: UTF8.self).lowercased()
        .split { !$0.isLetter && !$0.isNumber }.map(String.init)
      let named = Self.allCases.filter { split in words.contains(where: split.words.contains) }
      if let split = named.first {
        self = split
        return
      }
    }
    return nil
  }
}
