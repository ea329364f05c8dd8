import Support

extension ParquetColumn {
  /// What a column of this kind, at the top of the schema, may be for.
  var role: TableColumns.Candidate.Role {
    guard maximumRepetition == 0 else { return .other }
    switch (type, annotation) {
    case (.byteArray, .none): return .image
    case (.byteArray, .text), (.boolean, .none): return .label
    case (.int32, .none), (.int64, .none), (.int32, .integer), (.int64, .integer): return .label
    case (.float, .none), (.double, .none): return .label
    default: return .other
    }
  }

  /// A stored value as a label; NaN is null.
  func label(_ value: ArraySlice<UInt8>) throws -> StoredLabel {
    switch type {
    case .byteArray: return .text(FileName(bytes: value))
    case .boolean: return .number(Int(value.littleEndianInteger & 1))
    case .float:
      let bits = UInt32(truncatingIfNeeded: value.littleEndianInteger)
      return try whole(Double(Float(bitPattern: bits)))
    case .double:
      return try whole(Double(bitPattern: UInt64(bitPattern: value.littleEndianInteger)))
    default:
      let number = value.littleEndianInteger
      guard number < 0, case .integer(let bits, isSigned: false) = annotation else {
        return .number(Int(number))
      }
      guard bits <= 32 else { throw TableFailure(reason: "a label is beyond any class") }
      return .number(Int(UInt32(truncatingIfNeeded: number)))
    }
  }

  private func whole(_ number: Double) throws -> StoredLabel {
    guard let label = StoredLabel(whole: number) else {
      throw TableFailure(reason: "its column '\(name)' has a label \(number)")
    }
    return label
  }

  /// A label as this column stores it; nil for null.
  func bytes(of label: StoredLabel) throws -> [UInt8]? {
    let failure = TableFailure(
      reason: "its column '\(name)' of type \(type) cannot hold the new label")
    switch (label, type) {
    case (.null, _):
      guard maximumDefinition > 0 else { throw failure }
      return nil
    case (.text(let name), .byteArray): return name.bytes
    case (.number(let number), .boolean) where 0...1 ~= number: return [UInt8(number)]
    case (.number(let number), .float): return Self.bytes(Float(number).bitPattern)
    case (.number(let number), .double): return Self.bytes(Double(number).bitPattern)
    case (.number(let number), .int32), (.number(let number), .int64):
      var (bits, isSigned) = (8 * (type.width ?? 0), true)
      if case .integer(let annotated, let annotatedSign) = annotation {
        (bits, isSigned) = (annotated, annotatedSign)
      }
      let largest = bits >= 64 ? Int.max : 1 << (isSigned ? bits - 1 : bits) - 1
      guard (isSigned ? -largest - 1 : 0)...largest ~= number else { throw failure }
      return type == .int32
        ? Self.bytes(UInt32(truncatingIfNeeded: number))
        : Self.bytes(UInt64(truncatingIfNeeded: number))
    default: throw failure
    }
  }

  private static func bytes(_ bits: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }
}
