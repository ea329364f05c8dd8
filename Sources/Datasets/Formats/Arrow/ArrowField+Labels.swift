import Support

extension ArrowField {
  /// What a column of this kind may be for.
  var role: TableColumns.Candidate.Role {
    if imagePart != nil { return .image }
    if let values = dictionaryField.first {
      switch values.meaning {
      case .text, .integer: return .label
      default: return .other
      }
    }
    switch meaning {
    case .integer, .float, .truth, .text: return .label
    case .bytes, .other: return .other
    }
  }

  /// The path to the bytes of images below this column: itself, or its part `bytes`.
  var imagePart: [Int]? {
    if meaning == .bytes && dictionary == nil { return [] }
    guard layout == .structure,
      let part = children.firstIndex(where: { $0.name == "bytes" && $0.imagePart == [] })
    else { return nil }
    return [part]
  }

  /// The number of the part that names image files.
  var pathPart: Int? {
    children.firstIndex { $0.name == "path" && $0.meaning == .text && $0.dictionary == nil }
  }

  /// A stored value as a label, or as the index of one.
  func label(_ value: ArraySlice<UInt8>) throws -> StoredLabel {
    switch meaning {
    case .text: return .text(FileName(bytes: value))
    case .truth: return .number(Int(value.first ?? 0))
    case .float:
      let bits = value.littleEndianInteger
      let number =
        value.count == 4
        ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        : Double(bitPattern: UInt64(bitPattern: bits))
      guard let label = StoredLabel(whole: number) else {
        throw TableFailure(reason: "its column '\(name)' has a label \(number)")
      }
      return label
    case .integer(let isSigned):
      let number = value.littleEndianInteger
      if isSigned || number >= 0 { return .number(Int(number)) }
      guard value.count < 8 else {
        throw TableFailure(reason: "a label is beyond any class")
      }
      return .number(Int(number & (1 << Int64(8 * value.count) - 1)))
    case .bytes, .other:
      throw TableFailure(reason: "its column '\(name)' holds no labels")
    }
  }

  /// A label as this column stores it; nil for null.
  func bytes(of label: StoredLabel) throws -> [UInt8]? {
    let failure = TableFailure(reason: "its column '\(name)' cannot hold the new label")
    switch (label, meaning, layout) {
    case (.null, _, _): return nil
    case (.text(let name), .text, _): return name.bytes
    case (.number(let number), .truth, _) where 0...1 ~= number: return [UInt8(number)]
    case (.number(let number), .float, .fixed(let width)):
      return width == 4
        ? Array(littleEndian: Int64(Float(number).bitPattern), count: 4)
        : Array(littleEndian: Int64(bitPattern: Double(number).bitPattern), count: 8)
    case (.number(let number), .integer(let isSigned), .fixed(let width)):
      let bytes = [UInt8](littleEndian: Int64(number), count: width)
      guard try self.label(bytes[...]) == label || (number == -1 && isSigned) else {
        throw failure
      }
      return bytes
    default: throw failure
    }
  }
}

extension [UInt8] {
  init(littleEndian number: Int64, count: Int) {
    self = Swift.withUnsafeBytes(of: number.littleEndian) { Array($0.prefix(count)) }
  }
}
