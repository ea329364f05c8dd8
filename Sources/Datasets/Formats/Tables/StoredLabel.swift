import Support

/// A label as a table holds it.
enum StoredLabel: Hashable, Sendable {
  case null
  case number(Int)
  case text(FileName)
}

extension StoredLabel {
  /// A label that is stored as a fraction; NaN is null, as pandas writes it, and nil is returned
  /// for what is not whole.
  init?(whole number: Double) {
    if number.isNaN {
      self = .null
    } else if let whole = Int(exactly: number) {
      self = .number(whole)
    } else {
      return nil
    }
  }
}
