import Support

/// The files of a dataset: those of a folder, or of an archive that holds one.
protocol FileTree: Sendable {
  /// The folder's or the archive's path, for messages.
  var path: String { get }
  var listing: FileListing { get }
  /// Whether a copy is one file.
  var isArchive: Bool { get }

  /// The bytes of a file, or only so many of the first; safe from several threads.
  func contents(of name: FileName, first count: Int?) throws -> [UInt8]
  /// A writer of such a tree into an existing empty directory.
  func makeWriter(in directory: FileName) throws -> any FileTreeWriter
}

/// Writes a changed copy of a tree: each file that is not named is left out.
protocol FileTreeWriter: AnyObject {
  func makeFolder(_ name: FileName) throws
  /// Copies a file of the source byte for byte.
  func copy(_ name: FileName, to newName: FileName) throws
  /// Takes a finished file in the place of one of the source, before `finish` returns.
  func replace(_ name: FileName, by file: FileName, to newName: FileName) throws
  /// Writes a text, new or in the place of one of the source.
  func write(_ bytes: [UInt8], to name: FileName) throws
  func finish() throws
}

/// What lies in a tree, in the order of torchvision: folders by their whole paths, and the files of
/// each by their names, all compared by bytes.
struct FileListing: Sendable {
  struct Folder: Sendable {
    /// Below the tree's root, which itself is empty.
    let name: FileName
    /// Names in the folder, by bytes.
    var files: [FileName] = []

    func path(of file: FileName) -> FileName { name.bytes.isEmpty ? file : name / file }
  }

  /// Sorted, the root first.
  var folders: [Folder]
  /// What was left out of the folders, and why.
  var ignored: [IgnoredEntry] = []
  /// Files that cannot be read, such as links that lead nowhere, and why.
  var problems: [FileName: String] = [:]

  init(folders: [Folder]) { self.folders = folders }

  /// The folders of some files, and others that may be empty.
  init(files: [FileName], folders empty: [FileName] = []) {
    let root = FileName("")
    var names: [FileName: Set<FileName>] = [root: []]
    for file in files {
      let isLoose = !file.bytes.contains(UInt8(ascii: "/"))
      names[isLoose ? root : file.parent, default: []].insert(file.lastComponent)
    }
    for inner in Array(names.keys) + empty {
      var folder = inner
      while names[folder] == nil || folder == inner {
        if names[folder] == nil { names[folder] = [] }
        guard folder.bytes.contains(UInt8(ascii: "/")) else { break }
        folder = folder.parent
      }
    }
    folders = names.map { Folder(name: $0.key, files: $0.value.sorted()) }
      .sorted { $0.name < $1.name }
  }

  /// All paths in order.
  var files: [FileName] { folders.flatMap { folder in folder.files.map(folder.path) } }

  /// The folders directly in a folder.
  func folders(in parent: FileName) -> [FileName] {
    folders.map(\.name).filter { $0.isDirectly(in: parent) }
  }

  /// The folder of a name and all below it.
  func tree(below name: FileName) -> [Folder] { folders.filter { $0.name.lies(below: name) } }

  /// Why an entry is rubbish by its name alone; nil if it is not.
  static func reasonToIgnore(_ entry: FileName) -> String? {
    if entry.bytes.starts(with: "._".utf8) { return "a companion file of macOS" }
    if entry.bytes.first == UInt8(ascii: ".") { return "its name is hidden" }
    return rubbish[entry.description.lowercased()]
  }

  private static let rubbish = [
    "__macosx": "a folder of macOS", "thumbs.db": "a file of Windows",
    "desktop.ini": "a file of Windows",
  ]
}

extension FileName {
  /// Whether this relative path is `folder` or below it; everything is below the empty path.
  func lies(below folder: FileName) -> Bool { folder.bytes.isEmpty || lies(in: folder) }

  /// Whether this relative path is an entry of `folder`.
  func isDirectly(in folder: FileName) -> Bool {
    guard self != folder, !bytes.isEmpty, lies(below: folder) else { return false }
    let rest = folder.bytes.isEmpty ? bytes[...] : bytes.dropFirst(folder.bytes.count + 1)
    return !rest.contains(UInt8(ascii: "/"))
  }

  /// This relative path without the folder that it lies in.
  func relative(to folder: FileName) -> FileName {
    folder.bytes.isEmpty ? self : FileName(bytes: bytes.dropFirst(folder.bytes.count + 1))
  }
}
