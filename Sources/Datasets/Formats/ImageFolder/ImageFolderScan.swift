import Support

/// The class folders and image files below a folder, sorted by bytes as torchvision does.
///
/// Hidden entries are left out, and folders that this program wrote as an output of its own.
struct ImageFolderScan {
  private let root: FileName
  private(set) var classes: [FileName] = []
  /// Paths below the root.
  private(set) var files: [FileName] = []

  /// Folders within folders; a link that leads back up ends here.
  private static let depthLimit = 16

  init(_ root: FileName) throws {
    self.root = root
    for (entry, kind) in try list(root) where kind == .directory {
      guard !AtomicDirectory.isMarked(root / entry) else { continue }
      let before = files.count
      var others = 0
      try walk(entry, depth: 1, others: &others)
      if files.count == before && others > 0 {
        throw FileError.damaged(
          path: (root / entry).description, reason: "the folder holds files but no PNG image",
          advice: "name the folder that holds one folder a class")
      }
      classes.append(entry)
    }
    files.sort()
  }

  private mutating func walk(_ folder: FileName, depth: Int, others: inout Int) throws {
    guard depth <= Self.depthLimit else {
      throw FileError.unreadable(
        path: (root / folder).description,
        reason: "more than \(Self.depthLimit) folders deep, perhaps a link")
    }
    for (entry, kind) in try list(root / folder) {
      let name = folder / entry
      if kind == .directory {
        try walk(name, depth: depth + 1, others: &others)
      } else if ImageCodecs.codec(of: entry) != nil {
        files.append(name)
      } else if ImageCodecs.unreadableKinds.contains(entry.kind) {
        throw FileError.damaged(
          path: (root / name).description, reason: "only PNG images are read",
          advice: "convert it to PNG")
      } else {
        others += 1
      }
    }
  }

  /// What a folder holds, hidden entries left out.
  private func list(_ folder: FileName) throws -> [(FileName, Directory.Kind)] {
    try Directory.entries(folder).compactMap { entry in
      guard entry.bytes.first != UInt8(ascii: ".") else { return nil }
      guard let kind = Directory.kind(folder / entry), kind != .brokenLink else {
        throw FileError.damaged(
          path: (folder / entry).description, reason: "the link leads nowhere",
          advice: "correct or remove it")
      }
      return (entry, kind)
    }
  }
}
