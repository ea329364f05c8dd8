import Support

extension ImageDataset.Format {
  public static let coco = Self(rawValue: "COCO annotations")
}

/// Images that a COCO file (`.json`) annotates with one category each; the files lie in the file's
/// folder, or in `images/` there.
package struct COCOFormat: EncodedFormat {
  static let expectation = "a COCO .json file"

  let path: FileName

  package static func probe(_ place: DatasetPlace) throws -> COCOFormat? {
    let path = FileName(place.path)
    return place.kind == .file && path.kind == "json" ? COCOFormat(path: path) : nil
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let file = try COCOFile(
      try RandomAccessFile.contents(path), path: path.description)
    let found = file.labels()
    let base = try imageFolder(file)
    let top = FileListing.Folder(name: base)
    let files = file.images.map { top.path(of: $0.name) }
    let name = path.lastComponent
    let tree = DirectoryTree(path.parent, files: [name] + files)
    var problems = found.problems
    for (record, file) in files.enumerated() {
      if let problem = tree.listing.problems[file] ?? ImageFileKinds.problem(of: file) {
        problems[record] = problem
      }
    }
    return FileTreeRecords(
      format: .coco, tree: tree, classNames: file.categoryNames, files: files,
      labels: found.labels, problems: problems, ignored: [],
      labelling: COCOLabelling(file: file, name: name, tree: tree, files: files, base: base),
      base: base)
  }

  /// The folder below the file's in which the images are.
  private func imageFolder(_ file: COCOFile) throws -> FileName {
    for base in [FileName(""), FileName("images")] {
      let top = FileListing.Folder(name: base)
      let isThere = file.images.prefix(100).contains {
        Directory.kind(path.parent / top.path(of: $0.name)) == .file
      }
      if isThere { return base }
    }
    throw FileError.damaged(
      path: path.description,
      reason: "none of its images is there"
        + (file.images.first.map { ", such as \($0.name)" } ?? ""),
      advice: "put it beside its images, or beside their folder images/")
  }
}

/// Labels that are categories of annotations, whose numbers change in the text.
struct COCOLabelling: TreeLabelling {
  let file: COCOFile
  /// The file's name in the tree.
  let name: FileName
  let tree: any FileTree
  let files: [FileName]
  /// The folder that names in the file begin in.
  let base: FileName

  func storedLabels() throws -> [Int32] {
    try COCOFile(try tree.contents(of: name, first: nil), path: name.description).labels().labels
  }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    let before = file.labels().labels
    var annotations: [Int: [COCOFile.Annotation]] = [:]
    for annotation in file.annotations {
      annotations[annotation.image, default: []].append(annotation)
    }
    var (names, taken) = (files, Set(files))
    var edits: [(range: Range<Int>, bytes: [UInt8])] = []
    for (record, image) in file.images.enumerated() where !changes.removed.contains(record) {
      if changes.labels[record] != before[record] {
        let category = String(file.categoryIDs[Int(changes.labels[record])])
        for annotation in annotations[image.id] ?? [] {
          edits.append((annotation.categoryRange, Array(category.utf8)))
        }
      }
      guard let kind = changes.kinds[record] else { continue }
      names[record] = files[record].withKind(kind)
        .claimed(from: &taken, prefix: FileName("\(record)"))
      let text = try JSONText.line([names[record].relative(to: base).systemPath])
      edits.append((image.nameRange, Array(text.utf8.dropFirst().dropLast())))
    }
    var plan = TreeCopyPlan(names: names)
    if !edits.isEmpty || !changes.removed.isEmpty {
      plan.texts[name] = file.replacing(edits, removing: changes.removed)
    }
    return plan
  }
}
