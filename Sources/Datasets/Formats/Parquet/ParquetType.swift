/// The physical type of a column's values.
enum ParquetType: Equatable, Sendable, CustomStringConvertible {
  case boolean, int32, int64, int96, float, double, byteArray
  case fixed(Int)

  /// By its number in the format.
  init?(code: Int, length: Int?) {
    let types: [ParquetType] = [.boolean, .int32, .int64, .int96, .float, .double, .byteArray]
    if types.indices.contains(code) {
      self = types[code]
    } else if code == 7, let length, (1...1 << 20).contains(length) {
      self = .fixed(length)
    } else {
      return nil
    }
  }

  /// Bytes of a value, a byte for a truth value; nil if values differ.
  var width: Int? {
    switch self {
    case .boolean: 1
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .byteArray: nil
    case .fixed(let length): length
    }
  }

  var description: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixed(let length): "FIXED_LEN_BYTE_ARRAY(\(length))"
    }
  }
}
