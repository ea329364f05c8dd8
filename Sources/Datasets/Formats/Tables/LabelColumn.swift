import Support

/// The labels of a table's rows as they are stored, each different one once.
struct LabelColumn: Sendable {
  private(set) var values: [StoredLabel] = []
  private var codes: [StoredLabel: Int32] = [:]
  /// By row, the number of its value.
  private(set) var rows: [Int32] = []

  mutating func append(_ value: StoredLabel) { append(value, count: 1) }

  mutating func append(_ value: StoredLabel, count: Int) {
    let code: Int32
    if let known = codes[value] {
      code = known
    } else {
      code = Int32(values.count)
      codes[value] = code
      values.append(value)
    }
    rows += repeatElement(code, count: count)
  }

  func value(of row: Int) -> StoredLabel { values[Int(rows[row])] }
}

/// What the labels of a table mean: the number of a class, or its name.
struct LabelMeaning: Sendable {
  /// A table of classes takes some bytes for each; more than any dataset has.
  private static let classLimit = 1 << 20

  /// By label.
  let classNames: [String]
  /// What is stored for each label.
  private let stored: [StoredLabel]
  /// Whether the table holds names.
  private let isText: Bool

  /// - Parameters:
  ///   - names: what the container calls the numbers from 0, if it does.
  ///   - classNames: of a related dataset, whose labels are to be used.
  ///   - path: for errors.
  init(
    of column: LabelColumn, names: [String]?, classNames: [String]?, path: String
  ) throws {
    let texts = column.values.compactMap { value in
      if case .text(let name) = value { name } else { nil }
    }
    let largest = column.values.reduce(-1) { largest, value in
      if case .number(let number) = value { max(largest, number) } else { largest }
    }
    guard largest < Self.classLimit else {
      throw FileError.damaged(
        path: path, reason: "it has a label \(largest)",
        advice: "number the classes from 0, or name the column of labels")
    }
    if !texts.isEmpty {
      let known = (names ?? []).map { FileName(escaped: $0) }
      // Names that a container lists keep their order; others follow by their bytes.
      let ranked = names == nil ? texts.sorted() : known + Set(texts).subtracting(known).sorted()
      self.init(
        stored: classNames?.map { .text(FileName(escaped: $0)) } ?? ranked.map { .text($0) },
        classNames: classNames ?? ranked.map(\.description))
    } else if let names, let classNames {
      let numbers = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
      self.init(
        stored: classNames.map { numbers[$0].map { .number($0) } ?? .null },
        classNames: classNames)
    } else {
      let names = names ?? classNames ?? (0..<largest + 1).map { String($0) }
      self.init(stored: names.indices.map { .number($0) }, classNames: names)
    }
  }

  private init(stored: [StoredLabel], classNames: [String]) {
    self.stored = stored
    self.classNames = classNames
    isText = stored.contains { if case .text = $0 { true } else { false } }
  }

  /// The labels of all rows; null, -1 and an empty text are none.
  ///
  /// - Throws: `DatasetError` for a label that is none of the classes.
  func labels(of column: LabelColumn, names: [String]?, path: String) throws -> [Int32] {
    let known = Dictionary(
      stored.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    let labels: [Int32?] = column.values.map { value in
      switch value {
      case .null, .number(-1): ImageDataset.unlabelled
      default: known[value]
      }
    }
    if let unknown = labels.firstIndex(of: nil),
      let row = column.rows.firstIndex(of: Int32(unknown))
    {
      switch column.values[unknown] {
      case .number(let number) where names?.indices.contains(number) != true:
        throw DatasetError.labelOutOfRange(
          path: path, record: row, label: number, classCount: names?.count ?? classNames.count)
      case .number(let number):
        throw unknownClass(names?[number] ?? String(number), path)
      case .text(let name): throw unknownClass(name.description, path)
      case .null: break
      }
    }
    return column.rows.map { labels[Int($0)] ?? ImageDataset.unlabelled }
  }

  private func unknownClass(_ name: String, _ path: String) -> DatasetError {
    .unknownClass(path: path, name: name, known: classNames.joined(separator: ", "))
  }

  /// What is to be stored for a label; -1 among numbers, null among texts for none.
  func stored(for label: Int32) -> StoredLabel {
    if stored.indices.contains(Int(label)) { return stored[Int(label)] }
    return isText ? .null : .number(Int(ImageDataset.unlabelled))
  }
}
