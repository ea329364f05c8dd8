/// The entries of a page that is to be written.
struct ParquetEntries {
  /// By entry; empty if the column has no such levels.
  var repetition: [UInt32] = []
  var definition: [UInt32] = []
  var values: ParquetValues

  private(set) var count = 0
  /// Entries that begin a row.
  private(set) var rows = 0
  private(set) var nulls = 0

  init(width: Int?) { values = ParquetValues(width: width) }

  /// Adds an entry with its value, or nil where the definition level is not the largest.
  mutating func append(
    repetition level: UInt32?, definition: UInt32?, value: (some Collection<UInt8>)?
  ) {
    if let level { repetition.append(level) }
    if let definition { self.definition.append(definition) }
    if let value { values.append(value) } else { nulls += 1 }
    count += 1
    if level ?? 0 == 0 { rows += 1 }
  }
}
