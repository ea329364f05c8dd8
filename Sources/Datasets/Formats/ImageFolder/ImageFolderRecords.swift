import Support

/// Image files in a folder a class, at any depth below it.
enum ImageFolderRecords {
  /// Indexes a tree by names alone; files without an ending are looked into, to be named.
  ///
  /// - Parameter classNames: of a related dataset, to number the classes alike.
  /// - Throws: `FileError` or `DatasetError`, saying what was found and what is wanted.
  static func index(
    _ tree: any FileTree, split: ImageDataset.Split, classNames: [String]?,
    format: ImageDataset.Format
  ) throws -> FileTreeRecords {
    let listing = tree.listing
    let folders = try ClassFolders(of: listing, split: split, path: tree.path)
    let names = classNames ?? folders.classes.map(\.description)
    var numbers: [FileName: Int32] = [:]
    for (label, name) in names.enumerated() { numbers[FileName(escaped: name)] = Int32(label) }
    var (files, labels, problems) = ([FileName](), [Int32](), [Int: String]())
    var ignored = listing.ignored
    // Class by class, as "a b" lies between "a" and "a/deep" among the paths of all.
    var inside: Set<FileName> = []
    for name in folders.classes {
      let path = folders.base.bytes.isEmpty ? name : folders.base / name
      for folder in listing.tree(below: path) {
        inside.insert(folder.name)
        for file in folder.files {
          let file = folder.path(of: file)
          guard ImageFileKinds.isImage(file) else {
            ignored.append(
              IgnoredEntry(name: file, reason: try reasonToIgnore(file, in: tree)))
            continue
          }
          guard let label = numbers[name] else {
            throw DatasetError.unknownClass(
              path: tree.path, name: name.description, known: names.joined(separator: ", "))
          }
          problems[files.count] = listing.problems[file] ?? ImageFileKinds.problem(of: file)
          files.append(file)
          labels.append(label)
        }
      }
    }
    for folder in listing.folders where !inside.contains(folder.name) {
      let isOther = folders.otherSplits.contains { folder.name.lies(below: $0) }
      guard !isOther else { continue }
      for file in folder.files {
        ignored.append(
          IgnoredEntry(name: folder.path(of: file), reason: "outside the class folders"))
      }
    }
    for split in folders.otherSplits {
      ignored.append(IgnoredEntry(name: split, reason: "another part of the dataset"))
    }
    guard !files.isEmpty else { throw nothingFound(in: tree, base: folders.base) }
    return FileTreeRecords(
      format: format, tree: tree, classNames: names, files: files, labels: labels,
      problems: problems, ignored: ignored,
      labelling: FolderLabelling(
        base: folders.base, classes: names.map(FileName.init(escaped:)), files: files,
        labels: labels,
        addsMetadata: folders.otherSplits.isEmpty
          && (!holdsMetadata(listing) || MetadataFolder.holdsOwnTable(tree, base: folders.base))))
  }

  private static func reasonToIgnore(_ file: FileName, in tree: any FileTree) throws -> String {
    guard file.kind.isEmpty else { return "its name is not that of an image file" }
    let beginning = try tree.contents(of: file, first: ImageFileKinds.beginningSize)
    return ImageFileKinds.name(beginning: beginning).map {
      "a \($0) image whose name has no ending, so that other programs do not see it"
    } ?? "neither its name nor its beginning is that of an image file"
  }

  /// Whether a table lies there that Hugging Face's loader takes the labels from.
  static func holdsMetadata(_ listing: FileListing) -> Bool {
    listing.folders.contains { folder in
      folder.files.contains { $0.bytes.starts(with: "metadata.".utf8) }
    }
  }

  /// The error of a tree without images in class folders.
  private static func nothingFound(in tree: any FileTree, base: FileName) -> any Error {
    let files = tree.listing.files
    let loose = files.filter { $0.isDirectly(in: base) && ImageFileKinds.isImage($0) }
    if let first = loose.first {
      return FileError.damaged(
        path: tree.path,
        reason: "its \(loose.count) images, such as \(first), lie in no class folder",
        advice: "put each class's images into a folder of its name, "
          + "or add a table of files and labels")
    }
    let examples = files.prefix(3).map(\.description).joined(separator: ", ")
    return DatasetError.empty(
      path: tree.path,
      advice: (files.isEmpty ? "" : "it holds \(files.count) other files (\(examples)); ")
        + "put image files into one folder a class")
  }
}
