/// A column of an Arrow schema, or a part of one.
struct ArrowField: Sendable {
  /// Which buffers an array has.
  enum Layout: Equatable, Sendable {
    case null, bits, structure, sparseUnion, denseUnion, runEnds, view
    case fixed(width: Int)
    /// Offsets of 4 or 8 bytes into bytes, or into a child.
    case variable(offset: Int)
    case list(offset: Int)
    case listView(offset: Int)
    case fixedList(size: Int)
  }

  /// What the values are, as far as labels and images go.
  enum Meaning: Equatable, Sendable {
    case integer(isSigned: Bool)
    case float, truth, text, bytes, other
  }

  let name: String
  let layout: Layout
  let meaning: Meaning
  let children: [ArrowField]
  /// The number of the dictionary that holds the values; then `layout` is that of indices.
  let dictionary: Int?
  /// The values of the dictionary.
  var dictionaryField: [ArrowField]

  /// Parts within parts, and parts altogether; more is not in use.
  private static let depthLimit = 64
  private static let countLimit = 100_000

  static func fields(of schema: FlatTable) throws -> [ArrowField] {
    var count = 0
    return try schema.tables(1).map { try ArrowField($0, depth: 0, count: &count) }
  }

  private init(_ table: FlatTable, depth: Int, count: inout Int) throws {
    count += 1
    guard depth < Self.depthLimit, count < Self.countLimit else {
      throw TableFailure(reason: "its schema is too large")
    }
    name = String(decoding: try table.string(0) ?? [], as: UTF8.self)
    let (layout, meaning) = try Self.type(
      Int(try table.number(2, default: UInt8(0))), try table.table(3), name: name)
    children = try table.tables(5).map { try ArrowField($0, depth: depth + 1, count: &count) }
    guard let encoding = try table.table(4) else {
      (self.layout, self.meaning) = (layout, meaning)
      (dictionary, dictionaryField) = (nil, [])
      return
    }
    let index = try encoding.table(1)
    let bits = Int(try index?.number(0, default: Int32(0)) ?? 32)
    self.layout = .fixed(width: try Self.width(bits, name))
    self.meaning = .integer(isSigned: try index?.bool(1) ?? true)
    dictionary = Int(try encoding.number(0, default: Int64(0)))
    dictionaryField = [ArrowField(name, layout, meaning, children)]
  }

  private init(_ name: String, _ layout: Layout, _ meaning: Meaning, _ children: [ArrowField]) {
    (self.name, self.layout, self.meaning, self.children) = (name, layout, meaning, children)
    (dictionary, dictionaryField) = (nil, [])
  }

  private static func width(_ bits: Int, _ name: String) throws -> Int {
    guard [8, 16, 32, 64, 128, 256].contains(bits) else {
      throw TableFailure(reason: "column '\(name)' has values of \(bits) bits")
    }
    return bits / 8
  }

  /// By the number of the type in `Type` of Schema.fbs.
  private static func type(
    _ code: Int, _ table: FlatTable?, name: String
  ) throws -> (Layout, Meaning) {
    func int32(_ field: Int, _ value: Int32) throws -> Int {
      Int(try table?.number(field, default: value) ?? value)
    }
    func int16(_ field: Int, _ value: Int16) throws -> Int {
      Int(try table?.number(field, default: value) ?? value)
    }
    switch code {
    case 1: return (.null, .other)
    case 2:
      let isSigned = try table?.bool(1) ?? false
      return (.fixed(width: try width(try int32(0, 0), name)), .integer(isSigned: isSigned))
    case 3:
      let precision = try int16(0, 0)
      guard 0...2 ~= precision else { throw FlatTable.failure }
      return (.fixed(width: 2 << precision), precision == 0 ? .other : .float)
    case 4: return (.variable(offset: 4), .bytes)
    case 5: return (.variable(offset: 4), .text)
    case 6: return (.bits, .truth)
    case 7: return (.fixed(width: try width(try int32(2, 128), name)), .other)
    case 8: return (.fixed(width: try int16(0, 1) == 0 ? 4 : 8), .other)
    case 9: return (.fixed(width: try width(try int32(1, 32), name)), .other)
    case 10, 18: return (.fixed(width: 8), .other)
    case 11: return (.fixed(width: [4, 8, 16][min(max(try int16(0, 0), 0), 2)]), .other)
    case 12, 17: return (.list(offset: 4), .other)
    case 13: return (.structure, .other)
    case 14: return (try int16(0, 0) == 0 ? .sparseUnion : .denseUnion, .other)
    case 15, 16:
      let size = try int32(0, 0)
      guard (0...1 << 30).contains(size) else { throw FlatTable.failure }
      return (code == 15 ? .fixed(width: size) : .fixedList(size: size), .other)
    case 19: return (.variable(offset: 8), .bytes)
    case 20: return (.variable(offset: 8), .text)
    case 21: return (.list(offset: 8), .other)
    case 22: return (.runEnds, .other)
    case 23, 24: return (.view, .other)
    case 25: return (.listView(offset: 4), .other)
    case 26: return (.listView(offset: 8), .other)
    default: throw TableFailure(reason: "column '\(name)' has an unknown type")
    }
  }
}
