import Autograd

/// Reference data by the labels of nearest neighbours: k-NN and k-NN(κ).
///
/// Mendata, Appendix B. A sample does not count among its own neighbours: with few of them its own label would decide.
public struct NearestNeighborDetector: Sendable, Equatable {
  public enum Selection: Sendable, Equatable {
    /// Samples whose label is the most frequent one among their neighbours.
    case agreeing
    /// The κ samples of each class with most neighbours of their label, of equal ones the first.
    case mostConfident(perClass: Int)
  }

  /// Neighbours that vote.
  public var k: Int
  public var selection: Selection

  public init(k: Int, selection: Selection) {
    self.k = k
    self.selection = selection
  }

  /// The paper's k: samples per class, on average over the classes that occur.
  public static func samplesPerClass(_ labels: [Int32]) -> Int {
    let classes = max(1, Set(labels).count)
    let mean = (Double(labels.count) / Double(classes)).rounded()
    return max(1, min(Int(mean), labels.count - 1))
  }

  /// Throws `DetectionError` unless there are enough samples, before features are computed.
  public func check(labels: [Int32], classNames: [String]) throws {
    guard (1..<max(1, labels.count)).contains(k) else {
      throw DetectionError.neighbors(k: k, others: labels.count - 1)
    }
    guard case .mostConfident(let perClass) = selection else { return }
    for (label, members) in Self.members(labels).sorted(by: { $0.key < $1.key })
    where !(1...members.count).contains(perClass) {
      throw DetectionError.samplesPerClass(
        perClass, name: classNames[Int(label)], count: members.count)
    }
  }

  /// The reference samples, ascending.
  ///
  /// Throws `DetectionError.nothingSelected` if there is none.
  public func reference(votes: [NeighborVote], labels: [Int32]) throws -> [Int] {
    precondition(
      votes.count == labels.count,
      "NearestNeighborDetector: \(votes.count) votes for \(labels.count) labels")
    let found =
      switch selection {
      case .agreeing: labels.indices.filter { votes[$0].plurality == labels[$0] }
      case .mostConfident(let perClass):
        Self.members(labels).values.flatMap { members in
          members.sorted { (-votes[$0].agreeing, $0) < (-votes[$1].agreeing, $1) }
            .prefix(perClass)
        }.sorted()
      }
    if found.isEmpty { throw DetectionError.nothingSelected }
    return found
  }

  /// The samples of each label, ascending.
  private static func members(_ labels: [Int32]) -> [Int32: [Int]] {
    Dictionary(grouping: labels.indices) { labels[$0] }
  }
}
