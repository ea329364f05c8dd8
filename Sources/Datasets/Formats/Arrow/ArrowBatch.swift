import Support

/// A batch of rows, or of a dictionary's values: where its arrays' buffers lie.
struct ArrowBatch: Sendable {
  let message: ArrowMessage
  let rows: Int
  let method: CompressionMethod
  /// By column.
  let arrays: [ArrowArray]
  /// Where the metadata hold numbers that a copy changes; nil if one has its default.
  let bodySizePlace: Int?
  let rowsPlace: Int?
  let nodesPlace: Int
  let buffersPlace: Int
  let bufferCount: Int

  /// More rows than a batch of any use has.
  private static let rowLimit = 1 << 27

  init(_ message: ArrowMessage, fields: [ArrowField]) throws {
    self.message = message
    let table = try message.table()
    guard let header = try table.table(2),
      let batch = message.kind == .batch ? header : try header.table(1)
    else { throw FlatTable.failure }
    rows = Int(try batch.number(0, default: Int64(0)))
    guard (0...Self.rowLimit).contains(rows) else {
      throw TableFailure(reason: "a batch has an impossible number of rows")
    }
    bodySizePlace = try table.place(of: 3)
    rowsPlace = try batch.place(of: 0)
    let nodes = try batch.vector(1, elementSize: 16)
    let buffers = try batch.vector(2, elementSize: 16)
    let viewBuffers = try batch.vector(4, elementSize: 8)
    (nodesPlace, buffersPlace, bufferCount) = (nodes.position, buffers.position, buffers.count)
    if let compression = try batch.table(3) {
      switch try compression.number(0, default: Int8(0)) {
      case 0: method = .lz4Frame
      case 1: method = .zstd
      default: throw TableFailure(reason: "its buffers are compressed in an unknown way")
      }
    } else {
      method = .none
    }
    var walk = Walk(
      nodes: try (0..<nodes.count).map { number in
        let place = nodes.position + 16 * number
        return (try batch.int64(at: place), try batch.int64(at: place + 8))
      },
      buffers: try (0..<buffers.count).map { number in
        let place = buffers.position + 16 * number
        let (start, size) = (try batch.int64(at: place), try batch.int64(at: place + 8))
        guard start >= 0, size >= 0, start <= message.body.count - size else {
          throw TableFailure(reason: "a buffer lies beyond its batch")
        }
        let first = message.body.lowerBound + start
        return first..<first + size
      },
      viewCounts: try (0..<viewBuffers.count).map {
        try batch.int64(at: viewBuffers.position + 8 * $0)
      },
      // Version 4 has buffers of validity for unions.
      hasUnionValidity: try table.number(0, default: Int16(0)) < 4)
    var arrays: [ArrowArray] = []
    for field in fields {
      let array = try walk.array(field)
      guard array.count == rows else {
        throw TableFailure(reason: "column '\(field.name)' has \(array.count) of \(rows) rows")
      }
      arrays.append(array)
    }
    self.arrays = arrays
  }
}

/// An array of a batch: its buffers, each with its number in the batch.
struct ArrowArray: Sendable {
  let field: ArrowField
  let count: Int
  let nullCount: Int
  let node: Int
  /// By number in the batch, where they lie in the file.
  let buffers: [(number: Int, bytes: Range<Int>)]
  let children: [ArrowArray]
}

/// Deals out the nodes and buffers of a batch to its arrays, depth first.
private struct Walk {
  let nodes: [(count: Int, nullCount: Int)]
  let buffers: [Range<Int>]
  let viewCounts: [Int]
  let hasUnionValidity: Bool
  private var node = 0
  private var buffer = 0
  private var view = 0

  init(
    nodes: [(Int, Int)], buffers: [Range<Int>], viewCounts: [Int], hasUnionValidity: Bool
  ) {
    self.nodes = nodes.map { (count: $0.0, nullCount: $0.1) }
    self.buffers = buffers
    self.viewCounts = viewCounts
    self.hasUnionValidity = hasUnionValidity
  }

  mutating func array(_ field: ArrowField) throws -> ArrowArray {
    let failure = TableFailure(reason: "a batch lacks buffers of column '\(field.name)'")
    guard node < nodes.count else { throw failure }
    let number = node
    node += 1
    guard nodes[number].count >= 0 else { throw FlatTable.failure }
    let bufferCount: Int
    switch field.layout {
    case .null, .runEnds: bufferCount = 0
    case .structure, .fixedList: bufferCount = 1
    case .bits, .fixed, .list: bufferCount = 2
    case .variable, .listView: bufferCount = 3
    case .sparseUnion: bufferCount = hasUnionValidity ? 2 : 1
    case .denseUnion: bufferCount = hasUnionValidity ? 3 : 2
    case .view:
      guard view < viewCounts.count, (0...buffers.count).contains(viewCounts[view]) else {
        throw failure
      }
      bufferCount = 2 + viewCounts[view]
      view += 1
    }
    guard bufferCount <= buffers.count - buffer else { throw failure }
    let own = (buffer..<buffer + bufferCount).map { (number: $0, bytes: buffers[$0]) }
    buffer += bufferCount
    // The parts of a dictionary's values are in its own batches.
    let parts = field.dictionary == nil ? field.children : []
    let children = try parts.map { try array($0) }
    if field.layout == .structure {
      guard children.allSatisfy({ $0.count == nodes[number].count }) else { throw failure }
    }
    return ArrowArray(
      field: field, count: nodes[number].count, nullCount: nodes[number].nullCount,
      node: number, buffers: own, children: children)
  }
}
