import Support

/// A folder as a tar archive, whose size is known before it is written.
struct FolderArchive {
  private var files: [(name: FileName, file: FileName, size: Int)] = []
  /// Bytes of the archive.
  private(set) var count = 2 * TarHeader.size

  /// Looks at all files but hidden ones, in the order of their names.
  ///
  /// - Throws: `FileError`
  init(_ folder: String) throws {
    let folder = FileName(folder)
    try add(folder, below: folder.lastComponent)
  }

  private mutating func add(_ folder: FileName, below path: FileName) throws {
    for name in try Directory.entries(folder) where name.bytes.first != UInt8(ascii: ".") {
      switch Directory.kind(folder / name) {
      case .directory: try add(folder / name, below: path / name)
      case .file:
        let size = try RandomAccessFile(folder / name).size
        files.append((path / name, folder / name, size))
        count += Self.header(path / name, size).count + size
        count += TarHeader.padding(after: size).count
      case .other, .brokenLink, nil: break
      }
    }
  }

  /// The archive in parts; they throw `FileError` if a file has changed meanwhile.
  func parts() -> HTTPAnswer.Parts {
    var left = files[...]
    var content: HTTPAnswer.Parts = { nil }
    var end: [UInt8]? = [UInt8](repeating: 0, count: 2 * TarHeader.size)
    return {
      if let part = try content() { return part }
      guard let (name, path, size) = left.popFirst() else {
        defer { end = nil }
        return end
      }
      let file = try RandomAccessFile(path)
      guard file.size == size else {
        throw FileError.unreadable(path: path.description, reason: "it has changed meanwhile")
      }
      let bytes = file.parts()
      var padding: [UInt8]? = TarHeader.padding(after: size)
      content = {
        if let part = try bytes() { return part }
        defer { padding = nil }
        return padding
      }
      return Self.header(name, size)
    }
  }

  private static func header(_ name: FileName, _ size: Int) -> [UInt8] {
    TarHeader.blocks(
      name: name, header: TarHeader(name: [], type: UInt8(ascii: "0"), size: size))
  }
}

extension RandomAccessFile {
  /// Its bytes in parts.
  func parts() -> HTTPAnswer.Parts {
    var position = 0
    return { [self] in
      guard position < size else { return nil }
      let part = try bytes(at: position, count: min(1 << 18, size - position))
      position += part.count
      return part
    }
  }
}
