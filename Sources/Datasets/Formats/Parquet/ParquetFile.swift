import Support

/// An Apache Parquet file: its footer, read when it is opened.
struct ParquetFile: Sendable {
  struct RowGroup: Sendable {
    let rows: Int
    /// By column.
    let chunks: [ParquetChunk]
  }

  static let magic = Array("PAR1".utf8)
  /// A footer has some hundred bytes for each column of a row group.
  private static let footerLimit = 64 << 20
  /// More rows than any dataset of images has; labels of so many take half a gigabyte.
  private static let rowLimit = 1 << 27

  let file: RandomAccessFile
  /// `FileMetaData`, whole.
  let footer: ThriftStructure
  let columns: [ParquetColumn]
  let groups: [RowGroup]

  var rows: Int { groups.reduce(0) { $0 + $1.rows } }

  init(_ path: FileName) throws {
    file = try RandomAccessFile(path)
    let tail = try file.bytes(at: max(0, file.size - 8), count: min(8, file.size))
    guard file.size >= 12, tail[4...].elementsEqual(Self.magic) else {
      throw FileError.damaged(
        path: path.description,
        reason: tail.suffix(4).elementsEqual("PARE".utf8)
          ? "its footer is encrypted" : "it does not end as a Parquet file does",
        advice: "give a whole Parquet file")
    }
    let size = tail[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size <= Self.footerLimit, size <= file.size - 12 else {
      throw path.damaged("it says that its footer has \(size) bytes")
    }
    let end = file.size - 8 - size
    var reader = ThriftReader(try file.bytes(at: end, count: size)[...])
    let footer: ThriftStructure
    do {
      footer = try reader.structure()
    } catch {
      throw path.damaged("its footer is corrupt (\(error))")
    }
    self.footer = footer
    let elements = footer[2]?.list?.compactMap(\.structure) ?? []
    columns = try path.namingFailures { try ParquetColumn.leaves(of: elements) }
    groups = try path.namingFailures { [columns] in
      try Self.groups(of: footer, columns: columns, end: end)
    }
  }

  /// The text of a key in the footer, such as `huggingface`.
  func metadata(_ key: String) -> [UInt8]? {
    footer[5]?.list?.first { $0.structure?[1]?.text == key }?.structure?[2]?.binary
  }

  private static func groups(
    of footer: ThriftStructure, columns: [ParquetColumn], end: Int
  ) throws -> [RowGroup] {
    var total = 0
    let groups = try (footer[4]?.list ?? []).map { value in
      guard let group = value.structure, let rows = group[3]?.integer,
        (0...rowLimit - total).contains(rows)
      else { throw TableFailure(reason: "it says it has an impossible number of rows") }
      total += rows
      let chunks = try (group[1]?.list ?? []).compactMap(\.structure).map {
        try ParquetChunk($0, end: end)
      }
      guard chunks.count == columns.count,
        zip(chunks, columns).allSatisfy({ $1.maximumRepetition > 0 || $0.count == rows })
      else { throw TableFailure(reason: "its row groups and its schema disagree") }
      return RowGroup(rows: rows, chunks: chunks)
    }
    guard footer[3]?.integer == total else {
      throw TableFailure(reason: "its row groups have \(total) rows, its footer says otherwise")
    }
    return groups
  }

  /// The columns at the top of the schema.
  var candidates: [TableColumns.Candidate] {
    var candidates: [TableColumns.Candidate] = []
    for column in columns where candidates.last?.name != column.path[0] {
      let name = column.path[0]
      let bytes = columns.first { $0.path == [name, "bytes"] }
      let isImage = bytes.map { $0.type == .byteArray && $0.maximumRepetition == 0 } ?? false
      let role = column.path.count == 1 ? column.role : isImage ? .image : .other
      candidates.append(TableColumns.Candidate(name: name, role: role))
    }
    return candidates
  }
}
