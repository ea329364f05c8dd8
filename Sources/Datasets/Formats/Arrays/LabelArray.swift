import Support

/// Labels as rows of numbers: one number a row, or a number a class of which the greatest counts.
struct LabelArray: Sendable {
  let array: NumberArray
  /// By row.
  let labels: [Int32]

  /// How many classes there are at least.
  var classCount: Int {
    isOneHot ? array.width : (labels.max().map { Int($0) + 1 } ?? 0)
  }

  private let isOneHot: Bool

  /// - Parameter takesFirst: of several numbers in a row the first is the label.
  /// - Throws: `FileError.damaged` for numbers that are no labels.
  init(_ array: NumberArray, takesFirst: Bool = false) throws {
    self.array = array
    isOneHot = array.width > 1 && !takesFirst
    labels = try Self.read(array, isOneHot: isOneHot)
  }

  func storedLabels() throws -> [Int32] { try Self.read(array, isOneHot: isOneHot) }

  private static func read(_ array: NumberArray, isOneHot: Bool) throws -> [Int32] {
    let width = array.width
    guard array.shape.count <= 2, width > 0, width <= LabelList.labelLimit + 1 else {
      throw FileError.damaged(
        path: array.path, reason: "an array of the shape \(array.shape) holds no labels",
        advice: "save labels as numbers [N]")
    }
    var labels: [Int32] = []
    var row: [Double] = []
    try array.forEachBlock { values in
      for value in values {
        row.append(value)
        guard row.count == width else { continue }
        labels.append(try label(row, isOneHot: isOneHot, at: labels.count, of: array))
        row.removeAll(keepingCapacity: true)
      }
    }
    return labels
  }

  private static func label(
    _ row: [Double], isOneHot: Bool, at place: Int, of array: NumberArray
  ) throws -> Int32 {
    if isOneHot, let greatest = row.max(), greatest > 0,
      row.count(where: { $0 == greatest }) == 1, let label = row.firstIndex(of: greatest)
    {
      return Int32(label)
    }
    guard !isOneHot, let label = Int32(exactly: row[0]), label >= -1, label <= LabelList.labelLimit
    else {
      throw FileError.damaged(
        path: array.path, reason: "row \(place) has no label, but \(row[0])",
        advice: "number the classes from 0, at most to \(LabelList.labelLimit)")
    }
    return label
  }

  /// The numbers with other labels.
  ///
  /// - Throws: `FileError.unwritable` for a label that the numbers cannot hold.
  func changed(_ changes: [Int: Int32]) throws -> NumberArray {
    let copy = try array.copied()
    for (row, label) in changes {
      var bytes = try array.bytes(of: row)
      let size = array.type.size
      if isOneHot {
        // The two numbers change places, so that soft labels stay such.
        let (old, new) = (Int(labels[row]) * size, Int(label) * size)
        let number = Array(bytes[old..<old + size])
        bytes.replaceSubrange(old..<old + size, with: bytes[new..<new + size])
        bytes.replaceSubrange(new..<new + size, with: number)
      } else {
        let limit =
          array.type.kind == .signed
          ? (1 << (8 * min(size, 4) - 1)) - 1 : (1 << (8 * min(size, 4))) - 1
        guard Int(label) <= limit || array.type.kind == .float else {
          throw FileError.unwritable(
            path: array.path, reason: "the label \(label) does not fit in \(size) bytes")
        }
        bytes.replaceSubrange(..<size, with: array.type.bytes(Double(label)))
      }
      try copy.file.write(bytes, at: row * copy.rowSize)
    }
    return copy
  }
}
