import Support

/// The labels of an array in NumPy's form: numbers, rows of a number a class, or names.
struct NPYLabels: Sendable {
  let labels: [Int32]
  let classNames: [String]
  private let array: NPYArray
  private let numbers: LabelArray?

  /// - Parameter classNames: of a related dataset; names are numbered by them.
  init(_ array: NPYArray, classNames known: [String]?) throws {
    self.array = array
    guard array.holdsText else {
      let numbers = try LabelArray(array.numbers)
      self.numbers = numbers
      labels = numbers.labels
      classNames = (0..<numbers.classCount).map { String($0) }
      return
    }
    numbers = nil
    let texts = try array.texts()
    let names = known ?? Set(texts).sorted { FileName($0) < FileName($1) }
    classNames = names
    let ranks = Dictionary(
      names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    labels = try texts.enumerated().map { row, text in
      guard let label = ranks[text] else {
        throw FileError.damaged(
          path: array.numbers.path, reason: "row \(row) has the label '\(text)'",
          advice: "correct it, or the names of the classes")
      }
      return label
    }
  }

  /// The numbers of the array with other labels.
  func changed(_ changes: [Int: Int32]) throws -> NumberArray {
    if let numbers { return try numbers.changed(changes) }
    let copy = try array.numbers.copied()
    for (row, label) in changes {
      let codes = classNames[Int(label)].unicodeScalars.map { Double($0.value) }
      guard codes.count <= copy.width else {
        throw FileError.unwritable(
          path: copy.path,
          reason: "the label '\(classNames[Int(label)])' is longer than the \(copy.width) letters "
            + "of the array")
      }
      let padding = [Double](repeating: 0, count: copy.width - codes.count)
      try copy.file.write((codes + padding).flatMap(copy.type.bytes), at: row * copy.rowSize)
    }
    return copy
  }
}
