/// The checked header of a safetensors file: where each tensor lies.
///
/// Layout: 8 bytes little-endian header length; JSON `{name: {dtype, shape, data_offsets}}`, maybe
/// padded with spaces; data. Every rule of the format is checked here, before any data is read:
/// lengths within the file, known types, sizes that agree with shapes, and tensors that follow
/// each other without hole or overlap to the very end.
struct SafetensorsHeader {
  /// The format's own limit.
  static let maximumLength = 100_000_000

  struct Entry: Sendable {
    var name: String
    var type: ElementType
    var shape: [Int]
    /// Bytes after the header.
    var range: Range<Int>
    var count: Int
  }

  struct Failure: Error {
    var reason: String
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Checks the header's text against `dataLength`, the number of bytes that follow it.
  init(_ text: [UInt8], dataLength: Int) throws(Failure) {
    guard text.first == UInt8(ascii: "{") else {
      throw Failure(reason: "the header does not begin with '{'")
    }
    let root: JSONValue
    do {
      // Header, tensor, list: nothing lies deeper.
      root = try JSONScanner.parse(
        text, limits: .init(depth: 3, values: 4 << 20, allowsNonFinite: false))
    } catch {
      throw Failure(reason: "header: \(error.reason)")
    }
    guard case .object(let object) = root else {
      throw Failure(reason: "the header is not an object")
    }
    for (name, value) in object.members {
      if name == "__metadata__" {
        metadata = try Self.metadata(value)
      } else {
        entries.append(try Self.entry(name, value))
      }
    }
    try checkLayout(dataLength: dataLength)
  }

  private static func metadata(_ value: JSONValue) throws(Failure) -> [String: String] {
    guard case .object(let object) = value else {
      throw Failure(reason: "__metadata__ is not an object")
    }
    var result: [String: String] = [:]
    for (key, value) in object.members {
      guard case .string(let text) = value else {
        throw Failure(reason: "__metadata__ '\(key.prefix(60))' is not a string")
      }
      result[key] = text
    }
    return result
  }

  private static func entry(_ name: String, _ value: JSONValue) throws(Failure) -> Entry {
    let label = "tensor '\(name.prefix(80))'"
    guard case .object(let object) = value else {
      throw Failure(reason: "\(label) is not an object")
    }
    for key in object.keys where !["dtype", "shape", "data_offsets"].contains(key) {
      throw Failure(reason: "\(label) has an unknown key '\(key.prefix(60))'")
    }
    guard case .string(let typeName)? = object["dtype"] else {
      throw Failure(reason: "\(label) has no dtype")
    }
    guard let type = ElementType(rawValue: typeName) else {
      throw Failure(reason: "\(label) has the unknown dtype '\(typeName.prefix(20))'")
    }
    let shape = try naturals(object["shape"], "\(label): shape")
    let offsets = try naturals(object["data_offsets"], "\(label): data_offsets")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw Failure(reason: "\(label): data_offsets are not [begin, end]")
    }
    guard let count = product(shape), let bits = product([count, type.bits]) else {
      throw Failure(reason: "\(label): the product of shape \(shape) overflows")
    }
    guard bits % 8 == 0 else {
      throw Failure(reason: "\(label): \(count) elements of \(typeName) are not whole bytes")
    }
    guard offsets[1] - offsets[0] == bits / 8 else {
      throw Failure(
        reason: "\(label): \(typeName) of shape \(shape) needs \(bits / 8) bytes, "
          + "but data_offsets span \(offsets[1] - offsets[0])")
    }
    return Entry(
      name: name, type: type, shape: shape, range: offsets[0]..<offsets[1], count: count)
  }

  private static func naturals(
    _ value: JSONValue?, _ label: String
  ) throws(Failure) -> [Int] {
    guard case .array(let items)? = value else { throw Failure(reason: "\(label) is not a list") }
    var result: [Int] = []
    for item in items {
      guard case .integer(let number) = item, number >= 0 else {
        throw Failure(reason: "\(label) has \(item.summary), which is not a natural number")
      }
      result.append(number)
    }
    return result
  }

  /// The product, or `nil` on overflow (of any partial product, as in the reference reader).
  private static func product(_ factors: [Int]) -> Int? {
    var result = 1
    for factor in factors {
      let (value, overflow) = result.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      result = value
    }
    return result
  }

  private mutating func checkLayout(dataLength: Int) throws(Failure) {
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.range.upperBound <= dataLength else {
        throw Failure(
          reason: "tensor '\(entry.name.prefix(80))' ends at byte \(entry.range.upperBound) "
            + "of \(dataLength) bytes of data; the file is cut off")
      }
      guard entry.range.lowerBound == end else {
        let what = entry.range.lowerBound > end ? "a hole before" : "an overlap at"
        throw Failure(reason: "\(what) tensor '\(entry.name.prefix(80))'")
      }
      end = entry.range.upperBound
    }
    guard end == dataLength else {
      throw Failure(reason: "\(dataLength - end) bytes after the last tensor")
    }
  }
}
