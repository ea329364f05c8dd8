/// The different values of a column chunk in the order of their first use.
struct ParquetDictionary {
  private(set) var values: ParquetValues
  private var numbers: [[UInt8]: UInt32] = [:]

  init(width: Int?) { values = ParquetValues(width: width) }

  /// Bytes of all values as a dictionary page holds them.
  var size: Int { values.bytes.count + 4 * values.ranges.count }

  mutating func index(of value: ArraySlice<UInt8>) -> UInt32 {
    let value = Array(value)
    if let number = numbers[value] { return number }
    let number = UInt32(values.count)
    numbers[value] = number
    values.append(value)
    return number
  }
}
