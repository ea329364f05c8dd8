/// A column of values in a Parquet file: a leaf of its schema.
struct ParquetColumn: Sendable {
  /// What the values mean, beside their physical type.
  enum Annotation: Equatable, Sendable {
    case none, text
    case integer(bits: Int, isSigned: Bool)
    /// Something that is no label, such as a time.
    case other
  }

  /// Names from the root's child down.
  let path: [String]
  let type: ParquetType
  let annotation: Annotation
  /// How many of the path's parts may be absent, or repeat; the largest levels.
  let maximumDefinition: Int
  let maximumRepetition: Int

  var name: String { path.joined(separator: ".") }
}

extension ParquetColumn {
  /// Parts within parts; more is not in use.
  private static let depthLimit = 64

  /// The leaves of a schema, which lists its elements depth first.
  static func leaves(of elements: [ThriftStructure]) throws -> [ParquetColumn] {
    var leaves: [ParquetColumn] = []
    /// The parts that the next element lies in, with the children that they lack yet.
    var open: [(name: String, missing: Int, definition: Int, repetition: Int)] = []
    for (index, element) in elements.enumerated() {
      guard index == 0 || !open.isEmpty, let name = element[4]?.text else {
        throw TableFailure(reason: "its schema is impossible")
      }
      let repetition = index == 0 ? 0 : element[3]?.integer ?? 0
      let definition = (open.last?.definition ?? 0) + (repetition == 0 ? 0 : 1)
      let repeated = (open.last?.repetition ?? 0) + (repetition == 2 ? 1 : 0)
      if !open.isEmpty { open[open.count - 1].missing -= 1 }
      if index == 0 || element[1] == nil {
        guard let children = element[5]?.integer, children >= 0, open.count < depthLimit else {
          throw TableFailure(reason: "its schema is impossible")
        }
        open.append((name, children, definition, repeated))
      } else {
        guard
          let type = ParquetType(code: element[1]?.integer ?? -1, length: element[2]?.integer)
        else { throw TableFailure(reason: "column '\(name)' has an unknown type") }
        leaves.append(
          ParquetColumn(
            path: open.dropFirst().map(\.name) + [name], type: type,
            annotation: annotation(of: element), maximumDefinition: definition,
            maximumRepetition: repeated))
      }
      while let last = open.last, last.missing <= 0 { open.removeLast() }
    }
    guard open.isEmpty else { throw TableFailure(reason: "its schema is cut short") }
    return leaves
  }

  /// By the logical type, or the older converted one.
  private static func annotation(of element: ThriftStructure) -> Annotation {
    if let logical = element[10]?.structure?.fields.first {
      switch logical.id {
      // STRING, ENUM, JSON
      case 1, 4, 12: return .text
      case 10:
        let integer = logical.value.structure
        return .integer(
          bits: integer?[1]?.integer ?? 64, isSigned: integer?[2]?.bool ?? true)
      default: return .other
      }
    }
    switch element[6]?.integer {
    case nil: return .none
    // UTF8, ENUM, JSON
    case 0, 4, 19: return .text
    case .some(let code) where (11...14).contains(code):
      return .integer(bits: 8 << (code - 11), isSigned: false)
    case .some(let code) where (15...18).contains(code):
      return .integer(bits: 8 << (code - 15), isSigned: true)
    default: return .other
    }
  }
}
