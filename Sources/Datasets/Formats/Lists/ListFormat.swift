import Support

extension ImageDataset.Format {
  public static let list = Self(rawValue: "list of files and labels")
}

/// A table `path,label` in a file, separated by commas, semicolons, tabs or spaces, with or without
/// a heading; the files lie below the table's folder.
package struct ListFormat: EncodedFormat {
  static let expectation = "a table of files and labels (.csv, .tsv, .txt)"

  let path: FileName
  let options: DatasetOptions

  package static func probe(_ place: DatasetPlace) throws -> ListFormat? {
    let path = FileName(place.path)
    guard place.kind == .file, ["csv", "tsv", "txt", "lst"].contains(path.kind) else { return nil }
    // Other texts have such names, too.
    guard try ["csv", "tsv"].contains(path.kind) || namesImages(path) else { return nil }
    return ListFormat(path: path, options: place.options)
  }

  /// Whether an image is named in one of a text's first lines.
  private static func namesImages(_ path: FileName) throws -> Bool {
    let file = try RandomAccessFile(path)
    let beginning = try file.bytes(at: 0, count: min(file.size, 1 << 16))
    return beginning.split(separator: 10).prefix(3).contains { line in
      line.split { [9, 13, 32, UInt8(ascii: ","), UInt8(ascii: ";")].contains($0) }
        .contains { ImageFileKinds.isImage(FileName(bytes: $0)) }
    }
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let read: @Sendable ([UInt8]) throws -> LabelList = { [path, options] in
      try LabelList($0, path: path.description, options: options)
    }
    let list = try read(try RandomAccessFile.contents(path))
    let files = try list.rows.indices.map(list.file)
    let name = path.lastComponent
    let tree = DirectoryTree(path.parent, files: [name] + files)
    let names = try classNames ?? list.classNames()
    let problems = files.enumerated().compactMap { record, file in
      (tree.listing.problems[file] ?? ImageFileKinds.problem(of: file)).map { (record, $0) }
    }
    guard problems.count < files.count else {
      throw FileError.damaged(
        path: path.description,
        reason: "none of its \(files.count) images is there"
          + (files.first.map { ", such as \($0)" } ?? ""),
        advice: "put the table into the folder that its paths begin in")
    }
    return FileTreeRecords(
      format: .list, tree: tree, classNames: names, files: files,
      labels: try list.labels(names),
      problems: Dictionary(uniqueKeysWithValues: problems), ignored: [],
      labelling: ListLabelling(
        list: list, name: name, tree: tree, files: files, classNames: names, base: FileName(""),
        reread: read))
  }
}
