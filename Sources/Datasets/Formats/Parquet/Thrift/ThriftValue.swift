/// A value of Thrift's compact protocol, of whatever structure it is a part, so that what is not
/// known here is written back as it was read.
enum ThriftValue: Equatable, Sendable {
  case bool(Bool)
  case integer(Int64, ThriftType)
  case double(bits: UInt64)
  case binary([UInt8])
  case list([ThriftValue], of: ThriftType, isSet: Bool = false)
  case map([ThriftValue], [ThriftValue], of: ThriftType, ThriftType)
  case structure(ThriftStructure)

  static func int32(_ value: Int) -> ThriftValue { .integer(Int64(value), .int32) }
  static func int64(_ value: Int) -> ThriftValue { .integer(Int64(value), .int64) }

  var integer: Int? {
    guard case .integer(let value, _) = self else { return nil }
    return Int(value)
  }

  var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  var binary: [UInt8]? {
    guard case .binary(let value) = self else { return nil }
    return value
  }

  var text: String? { binary.map { String(decoding: $0, as: UTF8.self) } }

  var list: [ThriftValue]? {
    guard case .list(let values, of: _, isSet: _) = self else { return nil }
    return values
  }

  var structure: ThriftStructure? {
    guard case .structure(let value) = self else { return nil }
    return value
  }
}

/// The types of fields and elements, by their codes in the compact protocol.
enum ThriftType: UInt8, Sendable {
  case yes = 1
  case no, byte, int16, int32, int64, double, binary, list, set, map, structure
}

/// Fields by their numbers, in the order in which they stand in the file.
package struct ThriftStructure: Equatable, Sendable {
  struct Field: Equatable, Sendable {
    let id: Int
    var value: ThriftValue
  }

  private(set) var fields: [Field] = []

  init() {}

  init(_ fields: KeyValuePairs<Int, ThriftValue>) {
    self.fields = fields.map { Field(id: $0.key, value: $0.value) }
  }

  /// The value of a field; nil if it is absent.
  ///
  /// A new field goes before those of higher numbers.
  subscript(id: Int) -> ThriftValue? {
    get { fields.first { $0.id == id }?.value }
    set {
      let place = fields.firstIndex { $0.id == id }
      if let newValue {
        if let place {
          fields[place].value = newValue
        } else {
          let next = fields.firstIndex { $0.id > id } ?? fields.count
          fields.insert(Field(id: id, value: newValue), at: next)
        }
      } else if let place {
        fields.remove(at: place)
      }
    }
  }

  /// Adds a field as it is read, even a repeated one.
  mutating func append(_ id: Int, _ value: ThriftValue) {
    fields.append(Field(id: id, value: value))
  }
}
