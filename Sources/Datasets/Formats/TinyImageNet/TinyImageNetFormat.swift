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
    try Self.index(try DirectoryTree(path), split: split, classNames: classNames)
  }

  static func index(
    _ tree: any FileTree, split: ImageDataset.Split, classNames: [String]?
  ) throws -> FileTreeRecords {
    let classes = try classNames ?? Self.classNames(tree)
    let part = FileName(split == .training ? "train" : split == .validation ? "val" : "test")
    let images = part / FileName("images")
    let annotations = part / FileName("\(part)_annotations.txt")
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
      let base = part
      files = found.filter { $0.relative(to: base) != $0.lastComponent }
      labels = try files.map { file in
        let name = file.relative(to: base).firstComponent.description
        guard let label = numbers[name] else {
          throw DatasetError.unknownClass(
            path: tree.path, name: name, known: "those of wnids.txt")
        }
        return label
      }
      labelling = BoxedFolderLabelling(
        folders: FolderLabelling(
          base: base, classes: classes.map(FileName.init(escaped:)), files: files,
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
  private static func classNames(_ tree: any FileTree) throws -> [String] {
    let text = String(decoding: try tree.contents(of: identifiers, first: nil), as: UTF8.self)
    let listed = text.split(whereSeparator: \.isWhitespace).map { FileName(String($0)) }
    let folders = tree.listing.folders(in: FileName("train")).map(\.lastComponent)
    return Set(listed + folders).sorted().map(\.description)
  }
}
