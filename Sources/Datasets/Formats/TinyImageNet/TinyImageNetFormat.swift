import Support

extension ImageDataset.Format {
  public static let tinyImageNet = Self(rawValue: "Tiny-ImageNet")
}

/// The tree of Tiny-ImageNet: `wnids.txt`, `train/<wnid>/images/`, and `val/images/` with
/// `val_annotations.txt`, or rearranged as `val/<wnid>/`.
package struct TinyImageNetFormat: EncodedFormat {
  static let expectation = "a Tiny-ImageNet folder"
  private static let identifiers = FileName("wnids.txt")

  let path: FileName
  let split: ImageDataset.Split

  package static func probe(_ place: DatasetPlace) throws -> TinyImageNetFormat? {
    guard place.kind == .directory else { return nil }
    if place.entries.contains(identifiers), place.entries.contains(FileName("train")) {
      return TinyImageNetFormat(path: FileName(place.path), split: place.split)
    }
    // The folder around it.
    let inner = place.entries.filter { Directory.kind(place.file($0) / identifiers) == .file }
    guard inner.count == 1 else { return nil }
    return TinyImageNetFormat(path: place.file(inner[0]), split: place.split)
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    try Self.index(
      try DirectoryTree(path), below: FileName(""), split: split, classNames: classNames)
  }

  /// The folder of a tree that is Tiny-ImageNet's: the root or one in it; nil if there is none.
  static func base(of listing: FileListing) -> FileName? {
    let found = listing.folders.filter { folder in
      folder.files.contains(identifiers)
        && listing.folders.contains { $0.name == folder.path(of: FileName("train")) }
    }
    return found.count == 1 ? found[0].name : nil
  }

  /// - Parameter base: the folder in the tree that holds `wnids.txt`.
  static func index(
    _ tree: any FileTree, below base: FileName, split: ImageDataset.Split, classNames: [String]?
  ) throws -> FileTreeRecords {
    let top = FileListing.Folder(name: base)
    let classes = try classNames ?? Self.classNames(tree, top)
    let name = split == .training ? "train" : split == .validation ? "val" : "test"
    let part = top.path(of: FileName(name))
    let images = part / FileName("images")
    let annotations = part / FileName("\(name)_annotations.txt")
    let listing = tree.listing
    guard listing.folders.contains(where: { $0.name == part }) else {
      throw FileError.damaged(
        path: tree.path, reason: "it has no folder \(part)/", advice: "ask for another part")
    }
    let found = listing.tree(below: part).flatMap { folder in folder.files.map(folder.path) }
      .filter(ImageFileKinds.isImage)
    var problems = listing.problems
    let files: [FileName]
    let labels: [Int32]
    let labelling: any TreeLabelling
    if listing.files.contains(annotations), listing.folders.contains(where: { $0.name == images }) {
      let bytes = try tree.contents(of: annotations, first: nil)
      let read: @Sendable ([UInt8]) throws -> LabelList = { bytes in
        let text = try DelimitedText(
          bytes, delimiter: .character(UInt8(ascii: "\t")), path: annotations.description)
        return try LabelList(
          text, rows: text.rows, imageColumn: 0, labelColumn: 1, path: annotations.description)
      }
      let list = try read(bytes)
      files = try list.rows.indices.map { images / (try list.file($0)) }
      labels = try list.labels(classes)
      let present = Set(found)
      for file in files where !present.contains(file) { problems[file] = "the file is missing" }
      labelling = ListLabelling(
        list: list, name: annotations, tree: tree, files: files, classNames: classes,
        base: images, reread: read)
    } else if split == .test, listing.folders(in: part) == [images] {
      files = found
      labels = files.map { _ in ImageDataset.unlabelled }
      labelling = NoLabelling(files: files)
    } else {
      let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
      files = found.filter { $0.relative(to: part) != $0.lastComponent }
      labels = try files.map { file in
        let name = file.relative(to: part).firstComponent.description
        guard let label = numbers[name] else {
          throw DatasetError.unknownClass(
            path: tree.path, name: name, known: "those of wnids.txt")
        }
        return label
      }
      labelling = BoxedFolderLabelling(
        folders: FolderLabelling(
          base: part, classes: classes.map(FileName.init(escaped:)), files: files,
          labels: labels, addsMetadata: false),
        tree: tree)
    }
    let records = Set(files)
    let ignored = found.filter { !records.contains($0) }.map {
      IgnoredEntry(name: $0, reason: "no class is stated for it")
    }
    var faults: [Int: String] = [:]
    for (record, file) in files.enumerated() {
      faults[record] = problems[file] ?? ImageFileKinds.problem(of: file)
    }
    return FileTreeRecords(
      format: .tinyImageNet, tree: tree, classNames: classes, files: files, labels: labels,
      problems: faults, ignored: listing.ignored + ignored, labelling: labelling)
  }

  /// The identifiers of `wnids.txt` and of the folders in `train/`, sorted.
  private static func classNames(
    _ tree: any FileTree, _ top: FileListing.Folder
  ) throws -> [String] {
    let list = top.path(of: identifiers)
    let text = String(decoding: try tree.contents(of: list, first: nil), as: UTF8.self)
    let listed = text.split(whereSeparator: \.isWhitespace).map { FileName(String($0)) }
    let folders = tree.listing.folders(in: top.path(of: FileName("train"))).map(\.lastComponent)
    return Set(listed + folders).sorted().map(\.description)
  }
}
