import Support

/// The files of a zip archive.
struct ZipTree: FileTree {
  let archive: ZipFile
  let listing: FileListing
  let isArchive = true

  var path: String { archive.path.description }

  /// Bytes of one file that are unpacked at most.
  private static let fileLimit = 1 << 30

  /// Lists the members of an archive.
  ///
  /// - Throws: `FileError`, also for a member whose name is absolute or leads upwards.
  init(_ archive: ZipFile) throws {
    self.archive = archive
    var files: [FileName] = []
    var folders: [FileName] = []
    var problems: [FileName: String] = [:]
    var ignored: [FileName: String] = [:]
    for member in archive.members {
      guard member.name.isPlainRelativePath else {
        throw FileError.damaged(
          path: archive.path.description,
          reason: "its member \(member.name) would lie outside of its folder",
          advice: "do not use such an archive")
      }
      let name = member.isFolder ? FileName(bytes: member.name.bytes.dropLast()) : member.name
      if let (part, reason) = Self.reasonToIgnore(name) {
        ignored[part] = reason
      } else if member.isFolder {
        folders.append(name)
      } else if let reason = Self.specialKind(of: member) {
        if ImageFileKinds.isImage(name) {
          files.append(name)
          problems[name] = reason
        } else {
          ignored[name] = reason
        }
      } else {
        files.append(name)
      }
    }
    var listing = FileListing(files: files, folders: folders)
    listing.problems = problems
    listing.ignored = ignored.sorted { $0.key < $1.key }.map {
      IgnoredEntry(name: $0.key, reason: $0.value)
    }
    self.listing = listing
  }

  /// The first part of a path that is rubbish, and why.
  static func reasonToIgnore(_ name: FileName) -> (FileName, String)? {
    var part: FileName?
    for component in name.bytes.split(separator: UInt8(ascii: "/")) {
      let component = FileName(bytes: component)
      part = part.map { $0 / component } ?? component
      if let part, let reason = FileListing.reasonToIgnore(component) { return (part, reason) }
    }
    return nil
  }

  private static func specialKind(of member: ZipFile.Member) -> String? {
    if member.isLink { return "a link, which is not followed" }
    // Nothing, or a regular file.
    let kind = (member.mode ?? 0) & 0xF000
    return kind == 0 || kind == 0x8000 ? nil : "no regular file"
  }

  func contents(of name: FileName, first count: Int?) throws -> [UInt8] {
    guard let member = archive[name] else {
      throw FileError.notFound(path: "\(path)/\(name)")
    }
    guard let count, count < member.size else {
      return try archive.contents(of: member, limit: Self.fileLimit)
    }
    return try archive.beginning(of: member, count: count)
  }

  func makeWriter(in directory: FileName) throws -> any FileTreeWriter {
    ZipTreeWriter(source: archive, path: directory / archive.path.lastComponent)
  }
}

/// Notes what becomes of each member, and writes all in the archive's order at the end.
private final class ZipTreeWriter: FileTreeWriter {
  private enum Change {
    case keep(FileName)
    case file(FileName, FileName)
  }

  private let source: ZipFile
  private let path: FileName
  private var changes: [FileName: [Change]] = [:]
  private var texts: [FileName: [UInt8]] = [:]

  init(source: ZipFile, path: FileName) {
    self.source = source
    self.path = path
  }

  /// Folders are members of their own, which stay.
  func makeFolder(_ name: FileName) {}

  func copy(_ name: FileName, to newName: FileName) {
    changes[name, default: []].append(.keep(newName))
  }

  func replace(_ name: FileName, by file: FileName, to newName: FileName) {
    changes[name, default: []].append(.file(file, newName))
  }

  func write(_ bytes: [UInt8], to name: FileName) { texts[name] = bytes }

  func finish() throws {
    let copy = try ZipCopy(of: source, to: path)
    for member in source.members {
      if member.isFolder {
        let name = FileName(bytes: member.name.bytes.dropLast())
        if ZipTree.reasonToIgnore(name) == nil { try copy.keep(member) }
        continue
      }
      if let text = texts.removeValue(forKey: member.name) {
        try copy.replace(member) { append in try text.withUnsafeBytes { try append($0) } }
      }
      for change in changes[member.name] ?? [] {
        switch change {
        case .keep(let name): try copy.keep(member, name: name)
        case .file(let file, let name):
          try copy.replace(member, name: name) { append in
            try RandomAccessFile(file).forEachBlock { _, bytes in
              try bytes.withUnsafeBytes { try append($0) }
            }
          }
        }
      }
    }
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) { try copy.add(name, text) }
    try copy.finish()
  }
}
