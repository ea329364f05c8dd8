/// Ranks of numbers, equal ones sharing the mean of theirs.
public enum Ranks {
  /// The midrank of each value, from 0 for the least.
  public static func midranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }

  /// 1 − midrank / (n − 1) of each badness: 1 for the least, 0 for the greatest; 1 for a single
  /// one.
  public static func scores(badness: [Double?]) -> [Float?] {
    let known = badness.compactMap { $0 }
    var ranks = midranks(known).makeIterator()
    let last = Double(max(known.count - 1, 1))
    return badness.map { $0 == nil ? nil : ranks.next().map { Float(1 - $0 / last) } }
  }
}
