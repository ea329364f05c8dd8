/// How the k nearest neighbours of a sample are labelled.
public struct NeighborVote: Sendable, Equatable {
  /// Neighbours that have the sample's own label; divided by k, the confidence in it.
  public var agreeing: Int
  /// The most frequent label among them, of equally frequent ones the smallest.
  public var plurality: Int32

  public init(agreeing: Int, plurality: Int32) {
    self.agreeing = agreeing
    self.plurality = plurality
  }
}

extension NearestNeighbors {
  /// The votes of every sample's k nearest others.
  ///
  /// - Parameter labels: by sample, in 0 ..< classCount.
  /// - Throws: as `map` does.
  public func votes(
    k: Int, labels: [Int32], classCount: Int, progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [NeighborVote] {
    precondition(
      labels.count == count && labels.allSatisfy { (0..<classCount).contains(Int($0)) },
      "NearestNeighbors.votes: \(labels.count) labels of \(count) samples, \(classCount) classes")
    return try map(k: k, progress: progress) { sample, neighbors in
      var counts = [Int32](repeating: 0, count: classCount)
      for neighbor in neighbors { counts[Int(labels[Int(neighbor)])] += 1 }
      let most = counts.max() ?? 0
      return NeighborVote(
        agreeing: Int(counts[Int(labels[sample])]),
        plurality: Int32(counts.firstIndex(of: most) ?? 0))
    }
  }
}
