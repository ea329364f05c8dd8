/// The least total cost of a one-to-one assignment, by shortest augmenting paths (Jonker and
/// Volgenant, 1987): exact optimal transport between point sets of equal size.
func leastAssignmentCost(_ cost: [[Double]]) -> Double {
  let n = cost.count
  var (rowPrice, columnPrice) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
  var rowOfColumn = [Int?](repeating: nil, count: n)
  for start in 0..<n {
    // Dijkstra over columns with reduced costs, from the row that is still free.
    var distance = [Double](repeating: .infinity, count: n)
    var previous = [Int?](repeating: nil, count: n)
    var done = [Bool](repeating: false, count: n)
    var (row, column, reached) = (start, nil as Int?, 0.0)
    repeat {
      for other in 0..<n where !done[other] {
        let length = reached + cost[row][other] - rowPrice[row] - columnPrice[other]
        if length < distance[other] { (distance[other], previous[other]) = (length, column) }
      }
      let open = (0..<n).filter { !done[$0] }
      let next = open.min { distance[$0] < distance[$1] } ?? 0
      (column, reached, done[next]) = (next, distance[next], true)
      if let owner = rowOfColumn[next] { row = owner } else { break }
    } while true
    rowPrice[start] += reached
    for other in 0..<n where done[other] && distance[other] < reached {
      if let owner = rowOfColumn[other] { rowPrice[owner] += reached - distance[other] }
      columnPrice[other] -= reached - distance[other]
    }
    while let current = column {
      rowOfColumn[current] = previous[current].flatMap { rowOfColumn[$0] } ?? start
      column = previous[current]
    }
  }
  return rowOfColumn.enumerated().reduce(0) { total, assigned in
    total + (assigned.element.map { cost[$0][assigned.offset] } ?? 0)
  }
}
