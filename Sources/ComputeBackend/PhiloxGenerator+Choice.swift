extension PhiloxGenerator {
  /// `count` different elements of `candidates`, all choices equally likely, in order of value.
  public mutating func choose(_ count: Int, of candidates: [Int]) -> [Int] {
    precondition(
      (0...candidates.count).contains(count), "choose: \(count) of \(candidates.count) candidates")
    var candidates = candidates
    // The first steps of a Fisher–Yates shuffle; the multiplication maps 64 bits to 0 ..< n.
    for place in 0..<count {
      let offset = next().multipliedFullWidth(by: UInt64(candidates.count - place)).high
      candidates.swapAt(place, place + Int(offset))
    }
    return candidates[..<count].sorted()
  }
}
