import Support

/// The two files of an IDX dataset: `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`.
struct IDXPair: Sendable, Equatable {
  let images: FileName
  let labels: FileName

  private static let endings = [
    ("images-idx3-ubyte", "labels-idx1-ubyte"), ("images.idx3-ubyte", "labels.idx1-ubyte"),
  ]

  /// Endings of the names of files that hold images.
  static var imageEndings: [String] { endings.map(\.0) }

  /// From either file's path or their common prefix; `nil` if the path is neither.
  init?(_ path: FileName) {
    for (images, labels) in Self.endings {
      for ending in [images, labels] where path.bytes.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
        let prefix = path.bytes.dropLast(ending.utf8.count)
        self.images = FileName(bytes: prefix + images.utf8)
        self.labels = FileName(bytes: prefix + labels.utf8)
        return
      }
      let named = FileName(bytes: path.bytes + Array("-\(images)".utf8))
      if Directory.kind(named) != nil {
        self.images = named
        self.labels = FileName(bytes: path.bytes + Array("-\(labels)".utf8))
        return
      }
    }
    return nil
  }
}
