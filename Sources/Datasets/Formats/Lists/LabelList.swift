import Support

/// A table with a row an image: in one column its file, in another its label.
struct LabelList: Sendable {
  let text: DelimitedText
  /// Without the heading.
  let rows: [DelimitedText.Row]
  let imageColumn: Int
  let labelColumn: Int
  let path: String

  static let imageNames = [
    "path", "image_path", "img_path", "file_path", "filepath", "file_name", "filename", "file",
    "image", "img", "images", "name", "id",
  ]
  static let labelNames = [
    "label", "labels", "class", "class_name", "category", "target", "class_id", "category_id", "y",
  ]

  /// The greatest label; a number beyond is no class.
  static let labelLimit = 99_999

  /// A table whose columns are known by their heading or, without one, by what is in them.
  init(_ bytes: [UInt8], path: String, options: DatasetOptions = DatasetOptions()) throws {
    let text = try DelimitedText(bytes, path: path)
    guard let first = text.rows.first else {
      throw FileError.damaged(
        path: path, reason: "it has no rows", advice: "give a table of files and labels")
    }
    let names = first.fields.map { text.text($0) }
    let known = Self.imageNames + Self.labelNames
    let isHeading =
      names.contains(where: {
        known.contains($0.lowercased()) || [options.imageColumn, options.labelColumn].contains($0)
      })
      && !first.fields.contains { ImageFileKinds.isImage(FileName(bytes: text.value($0))) }
    func column(_ wanted: String?, _ known: [String]) -> Int? {
      if let wanted { return names.firstIndex(of: wanted) ?? Int(wanted).map { $0 - 1 } }
      let lower = names.map { $0.lowercased() }
      return isHeading ? known.lazy.compactMap { lower.firstIndex(of: $0) }.first : nil
    }
    let images =
      column(options.imageColumn, Self.imageNames)
      ?? first.fields.firstIndex { ImageFileKinds.isImage(FileName(bytes: text.value($0))) }
    let others = names.indices.filter { $0 != images }
    let labels =
      column(options.labelColumn, Self.labelNames) ?? (others.count == 1 ? others[0] : nil)
    guard let images, let labels, images != labels, names.indices.contains(images),
      names.indices.contains(labels)
    else {
      throw FileError.damaged(
        path: path,
        reason: "its columns \(names.joined(separator: ", ")) are not known as files and labels",
        advice: "head them path and label, or name the columns")
    }
    try self.init(
      text, rows: Array(text.rows.dropFirst(isHeading ? 1 : 0)), imageColumn: images,
      labelColumn: labels, path: path)
  }

  /// Throws `FileError.damaged` unless every row has both columns.
  init(
    _ text: DelimitedText, rows: [DelimitedText.Row], imageColumn: Int, labelColumn: Int,
    path: String
  ) throws {
    self.text = text
    self.rows = rows
    self.imageColumn = imageColumn
    self.labelColumn = labelColumn
    self.path = path
    if let short = rows.firstIndex(where: { max(imageColumn, labelColumn) >= $0.fields.count }) {
      throw FileError.damaged(
        path: path, reason: "row \(short + 1) has only \(rows[short].fields.count) fields",
        advice: "give every row a file and a label")
    }
  }

  /// A row's file as a path below the list's folder.
  ///
  /// - Throws: `FileError.damaged` if it leads elsewhere.
  func file(_ row: Int) throws -> FileName {
    let value = text.value(rows[row].fields[imageColumn])
    guard let name = FileName(bytes: value).insideArchive else {
      throw FileError.damaged(
        path: path, reason: "row \(row + 1) names \(FileName(bytes: value))",
        advice: "name files below the folder of the list, without .. and ://")
    }
    return name
  }

  /// A row's label as it stands there.
  func label(_ row: Int) -> String { text.text(rows[row].fields[labelColumn]) }

  /// The names of the classes: digits where all labels are numbers, else the labels sorted by
  /// bytes.
  func classNames() throws -> [String] {
    let labels = Set(rows.indices.map(label)).subtracting([""])
    let numbers = labels.compactMap { Int($0) }
    guard numbers.count == labels.count else {
      return labels.sorted { FileName($0) < FileName($1) }
    }
    guard let greatest = numbers.max(), greatest >= 0 else { return [] }
    guard greatest <= Self.labelLimit else {
      throw FileError.damaged(
        path: path, reason: "it has the label \(greatest)",
        advice: "number the classes from 0, at most to \(Self.labelLimit)")
    }
    return (0...greatest).map { String($0) }
  }

  /// The labels by row; −1 where there is none.
  func labels(_ classNames: [String]) throws -> [Int32] {
    let numbers = Dictionary(
      classNames.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    return try rows.indices.map { row in
      let text = label(row)
      if text.isEmpty || text == "-1" { return ImageDataset.unlabelled }
      if let label = numbers[text] { return label }
      if let number = Int32(text), classNames.indices.contains(Int(number)) { return number }
      throw FileError.damaged(
        path: path, reason: "row \(row + 1) has the label '\(text)'",
        advice: "correct it, or the names of the classes")
    }
  }
}

extension FileName {
  /// This path without `.` and empty parts; nil if it is absolute, an address, empty or leads
  /// upwards, as no path in an archive or a list may.
  package var insideArchive: FileName? {
    guard bytes.first != UInt8(ascii: "/"), !bytes.contains(0),
      String(decoding: bytes, as: UTF8.self).range(of: "://") == nil
    else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
    guard !parts.isEmpty, !parts.contains(where: { $0.elementsEqual("..".utf8) }) else {
      return nil
    }
    return FileName(bytes: parts.joined(separator: [UInt8(ascii: "/")]))
  }
}
