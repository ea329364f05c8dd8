import Support

/// The files of a folder on disk.
///
/// Links are followed, but for those that lead back up.
struct DirectoryTree: FileTree {
  let root: FileName
  let listing: FileListing
  let isArchive = false

  var path: String { root.description }

  /// Lists all files below a folder, without opening any.
  ///
  /// - Throws: `FileError`, also for a link to a folder that leads nowhere, and for what is neither
  ///   a file nor a folder.
  init(_ root: FileName) throws {
    self.root = root
    var walk = DirectoryWalk(root: root)
    try walk.visit(FileName(""), above: [])
    walk.listing.folders.sort { $0.name < $1.name }
    listing = walk.listing
  }

  /// Some files below a folder, each of which may be missing.
  init(_ root: FileName, files: [FileName]) {
    self.root = root
    var listing = FileListing(files: files)
    for file in Set(files) {
      switch Directory.kind(root / file) {
      case .file: break
      case nil: listing.problems[file] = "the file is missing"
      case .brokenLink: listing.problems[file] = "the link leads nowhere; correct it"
      case .directory, .other: listing.problems[file] = "it is not a regular file"
      }
    }
    self.listing = listing
  }

  func contents(of name: FileName, first count: Int?) throws -> [UInt8] {
    let file = try RandomAccessFile(root / name)
    return try file.bytes(at: 0, count: min(file.size, count ?? file.size))
  }

  func makeWriter(in directory: FileName) -> any FileTreeWriter {
    DirectoryTreeWriter(source: self, directory: directory)
  }
}

/// Goes through the folders of a tree.
private struct DirectoryWalk {
  let root: FileName
  var listing = FileListing(folders: [])

  mutating func visit(_ name: FileName, above: [Directory.Identity]) throws {
    let path = name.bytes.isEmpty ? root : root / name
    let identity = try Directory.identity(path)
    guard !above.contains(identity) else {
      ignore(name, "a link that leads back up")
      return
    }
    var folder = FileListing.Folder(name: name)
    for entry in try Directory.entries(path) {
      let inner = folder.path(of: entry)
      if let reason = FileListing.reasonToIgnore(entry) {
        ignore(inner, reason)
        continue
      }
      switch Directory.kind(root / inner) {
      case .directory where AtomicDirectory.isMarked(root / inner):
        ignore(inner, "an output of elixir-gpu")
      case .directory: try visit(inner, above: above + [identity])
      case .file: folder.files.append(entry)
      case .brokenLink, nil:
        let reason = "the link leads nowhere"
        if ImageFileKinds.isImage(entry) {
          folder.files.append(entry)
          listing.problems[inner] = reason + "; correct it"
        } else if name.bytes.isEmpty || entry.kind.isEmpty {
          throw FileError.damaged(
            path: (root / inner).description, reason: reason, advice: "correct or remove it")
        } else {
          ignore(inner, reason)
        }
      case .other:
        throw FileError.damaged(
          path: (root / inner).description, reason: "it is neither a file nor a folder",
          advice: "remove it")
      }
    }
    listing.folders.append(folder)
  }

  private mutating func ignore(_ name: FileName, _ reason: String) {
    listing.ignored.append(IgnoredEntry(name: name, reason: reason))
  }
}

/// Writes files below a folder.
private final class DirectoryTreeWriter: FileTreeWriter {
  private let source: DirectoryTree
  private let directory: FileName
  /// Folders that are there.
  private var made: Set<FileName> = []

  init(source: DirectoryTree, directory: FileName) {
    self.source = source
    self.directory = directory
  }

  func makeFolder(_ name: FileName) throws {
    if made.insert(name).inserted { try Directory.make(directory / name) }
  }

  func copy(_ name: FileName, to newName: FileName) throws {
    let (old, new) = (source.root / name, try path(newName))
    if source.listing.problems[name] == nil {
      try RandomAccessFile.copy(old, to: new)
    } else if Directory.kind(old) == .brokenLink {
      try old.copyLink(to: new)
    }
  }

  func replace(_ name: FileName, by file: FileName, to newName: FileName) throws {
    try file.rename(to: try path(newName))
  }

  func write(_ bytes: [UInt8], to name: FileName) throws {
    try RandomAccessFile(try path(name), .create).write(bytes, at: 0)
  }

  func finish() {}

  private func path(_ name: FileName) throws -> FileName {
    if name.bytes.contains(UInt8(ascii: "/")) { try makeFolder(name.parent) }
    return directory / name
  }
}
