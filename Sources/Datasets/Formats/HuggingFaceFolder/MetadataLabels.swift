import Support

/// The labels of the rows of tables beside images.
struct MetadataLabels: Sendable {
  /// nil where the folders of the images are the labels, or there are none.
  let column: String?
  /// The column that names the classes of numbers, which changes with them.
  let nameColumn: String?
  let classNames: [String]
  let labels: [Int32]
  /// What is stored for labels, if they stand in the tables.
  let meaning: LabelMeaning?
  /// What the card or a column calls the numbers.
  let storedNames: [String]?
  /// Whether the classes are the folders of the images.
  let areFolders: Bool

  init(
    _ tables: MetadataTables, column: String?, base: FileName, tree: any FileTree,
    classNames: [String]?
  ) throws {
    self.column = column
    let path = (FileName(tree.path) / tables.names[0]).description
    guard let column else {
      let folders = tables.files.map { $0.relative(to: base) }
      let classes = Set(folders.map(\.firstComponent)).sorted()
      areFolders =
        classes.count > 1 && folders.allSatisfy { $0.bytes.contains(UInt8(ascii: "/")) }
      (nameColumn, meaning, storedNames) = (nil, nil, nil)
      guard areFolders else {
        self.classNames = classNames ?? []
        labels = [Int32](repeating: ImageDataset.unlabelled, count: folders.count)
        return
      }
      let names = classNames ?? classes.map(\.description)
      let numbers = Dictionary(
        names.enumerated().map { (FileName(escaped: $1), Int32($0)) },
        uniquingKeysWith: { first, _ in first })
      self.classNames = names
      labels = try folders.map { file in
        guard let label = numbers[file.firstComponent] else {
          throw DatasetError.unknownClass(
            path: tree.path, name: file.firstComponent.description,
            known: names.joined(separator: ", "))
        }
        return label
      }
      return
    }
    areFolders = false
    let values = try tables.values(of: column, path: path)
    let isText = values.values.contains { if case .text = $0 { true } else { false } }
    let ownNames = isText ? nil : Self.names(of: values, in: tables, column: column)
    nameColumn = ownNames == nil ? nil : "class"
    storedNames = isText ? nil : try ownNames ?? Self.card(of: column, base: base, tree: tree)
    let meaning = try LabelMeaning(
      of: values, names: storedNames, classNames: classNames, path: path)
    self.meaning = meaning
    self.classNames = meaning.classNames
    labels = try meaning.labels(of: values, names: storedNames, path: path)
  }

  private static func card(
    of column: String, base: FileName, tree: any FileTree
  ) throws -> [String]? {
    for card in DatasetCard.places(base: base) where tree.listing.files.contains(card) {
      let bytes = try tree.contents(of: card, first: 1 << 20)
      if let names = DatasetCard.classNames(of: column, in: bytes) { return names }
    }
    return nil
  }

  /// The names that a column `class` gives to the numbers, each always the same.
  private static func names(
    of values: LabelColumn, in tables: MetadataTables, column: String
  ) -> [String]? {
    guard column != "class", tables.tables.allSatisfy({ $0.columns.contains("class") }) else {
      return nil
    }
    var names: [Int: FileName] = [:]
    for record in values.rows.indices {
      guard case .number(let number) = values.value(of: record), (0..<100_000).contains(number)
      else { continue }
      guard case .text(let name)? = tables.value(record, "class"),
        names[number] ?? name == name
      else { return nil }
      names[number] = name
    }
    guard let largest = names.keys.max(), Set(names.values).count == names.count else {
      return nil
    }
    return (0...largest).map { names[$0]?.description ?? String($0) }
  }
}
