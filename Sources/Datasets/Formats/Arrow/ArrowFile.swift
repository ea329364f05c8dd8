import Support

/// An Arrow IPC stream, or a file of record batches (Feather version 2): its messages' metadata.
struct ArrowFile: Sendable {
  static let magic = Array("ARROW1".utf8)

  let file: RandomAccessFile
  let fields: [ArrowField]
  /// What the schema says under a key.
  let metadata: [String: [UInt8]]
  /// Batches of rows and dictionaries, in an order in which dictionaries precede their uses.
  let batches: [ArrowBatch]
  /// All messages in their order in the file, and the end of the last.
  let messages: [ArrowMessage]
  /// Of a file; a stream has none.
  let footer: ArrowFooter?

  init(_ path: FileName) throws {
    file = try RandomAccessFile(path)
    let start = try file.bytes(at: 0, count: min(file.size, 6))
    let isIPCFile = start == Self.magic
    var messages: [ArrowMessage] = []
    var position = isIPCFile ? 8 : 0
    let footer = isIPCFile ? try ArrowFooter(file) : nil
    self.footer = footer
    let end = footer?.range.lowerBound ?? file.size
    while let message = try ArrowMessage(file, at: position, end: end) {
      messages.append(message)
      position = message.bytes.upperBound
    }
    self.messages = messages
    guard let schema = messages.first, schema.kind == .schema,
      let table = try schema.table().table(2)
    else { throw TableFailure(reason: "it does not begin with a schema") }
    guard try table.number(0, default: Int16(0)) == 0 else {
      throw TableFailure(reason: "it is big-endian, which is not read")
    }
    fields = try ArrowField.fields(of: table)
    metadata = try table.tables(2).reduce(into: [:]) { result, pair in
      result[String(decoding: try pair.string(0) ?? [], as: UTF8.self)] = try pair.string(1)
    }
    let values = Dictionary(
      fields.flatMap(Self.dictionaries(in:)), uniquingKeysWith: { first, _ in first })
    let batches = try messages.dropFirst().compactMap { [fields] message -> ArrowBatch? in
      switch message.kind {
      case .batch: return try ArrowBatch(message, fields: fields)
      case .dictionary(let id, _):
        guard let field = values[id] else {
          throw TableFailure(reason: "it has a dictionary that no column uses")
        }
        return try ArrowBatch(message, fields: [field])
      case .schema, .other: throw TableFailure(reason: "it has a message of an unknown kind")
      }
    }
    if let footer {
      let found = Dictionary(
        batches.map { ($0.message.bytes.lowerBound, $0) }, uniquingKeysWith: { first, _ in first })
      self.batches = try footer.batchStarts().map { start in
        guard let batch = found[start] else {
          throw TableFailure(reason: "its footer and its messages disagree")
        }
        return batch
      }
    } else {
      self.batches = batches
    }
  }

  /// The dictionaries of a column and its parts.
  private static func dictionaries(in field: ArrowField) -> [(Int, ArrowField)] {
    let own = field.dictionary.flatMap { id in field.dictionaryField.first.map { (id, $0) } }
    let parts = field.children + field.dictionaryField
    return (own.map { [$0] } ?? []) + parts.flatMap(dictionaries(in:))
  }

  var rows: Int {
    batches.reduce(0) { $0 + ($1.message.kind == .batch ? $1.rows : 0) }
  }
}
