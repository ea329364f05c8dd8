import Support

/// Squared Euclidean distances between rows, a row at a time, by differences: exact for equal rows.
package struct RowDistances: Sendable {
  /// Rows.
  package let count: Int
  /// `[columns, count]`, so that one row's distances to all others go by vectors.
  private let columns: [Float]

  /// - Parameter columns: at least one, each by row.
  package init(columns: some Collection<[Float]>) {
    count = columns.first?.count ?? 0
    self.columns = columns.flatMap { $0 }
    precondition(
      columns.allSatisfy { $0.count == count }, "RowDistances: columns of different lengths")
  }

  /// Overwrites `distances` by those of `row` to all rows, itself included.
  package func squared(from row: Int, into distances: inout [Float]) {
    let count = count
    columns.withUnsafeBufferPointer { columns in
      distances.withUnsafeMutableBufferPointer { distances in
        distances.update(repeating: 0)
        for start in stride(from: 0, to: columns.count, by: count) {
          let value = columns[start + row]
          for other in 0..<count {
            let difference = columns[start + other] - value
            distances[other] += difference * difference
          }
        }
      }
    }
  }

  /// Every row's mean distance to the nearest `k` of some others, or to all if they are fewer; 0 if
  /// there is none.
  package func meanDistances(_ k: Int, to others: [Int]) throws -> [Float] {
    var isCounted = [Bool](repeating: false, count: count)
    for row in others { isCounted[row] = true }
    let nearest = try nearest(k, among: isCounted)
    return (0..<count).map { row in
      let found = nearest[row * k..<(row + 1) * k].filter(\.isFinite).map { $0.squareRoot() }
      return found.isEmpty ? 0 : found.reduce(0, +) / Float(found.count)
    }
  }

  /// The squared distances of every row to its `k` nearest others, ascending, `[count, k]`.
  ///
  /// They are infinite where there are fewer others.
  ///
  /// - Parameter among: which rows count as others; all by default.
  package func nearest(_ k: Int, among isCounted: [Bool]? = nil) throws -> [Float] {
    try Parallel.map(count) { part in
      var distances = [Float](repeating: 0, count: count)
      var result: [Float] = []
      for row in part {
        squared(from: row, into: &distances)
        distances[row] = .infinity
        if let isCounted {
          for other in 0..<count where !isCounted[other] { distances[other] = .infinity }
        }
        result += Self.smallest(k, of: distances)
      }
      return result
    }
  }

  /// The `k` smallest values, ascending.
  private static func smallest(_ k: Int, of values: [Float]) -> [Float] {
    var found = [Float](repeating: .infinity, count: k)
    for value in values where value < found[k - 1] {
      var place = k - 1
      while place > 0 && found[place - 1] > value {
        found[place] = found[place - 1]
        place -= 1
      }
      found[place] = value
    }
    return found
  }
}
