import Datasets
import Runs

/// Trusts labels that nearest neighbors have, too: k-NN and k-NN(κ).
///
/// Mendata, Appendix B. A sample does not count among its own neighbors: with few of them its own
/// label would decide. A score is the share of neighbors with the sample's label.
public struct NearestNeighborDetector: Detector {
  public static let id = "knn"

  public enum Selection: Codable, Hashable, Sendable {
    /// Samples whose label is the most frequent one among their neighbors.
    case agreeing
    /// The κ samples of each class with most neighbors of their label, of equal ones the first.
    case mostConfident(perClass: Int)
  }

  /// Neighbors that vote; nil for the paper's number, see `samplesPerClass`.
  public var k: Int?
  public var selection: Selection

  public init(k: Int? = nil, selection: Selection) {
    self.k = k
    self.selection = selection
  }

  /// κ of k-NN(κ).
  public init?(arguments: String) {
    guard let perClass = Int(arguments), perClass > 0 else { return nil }
    self.init(selection: .mostConfident(perClass: perClass))
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let k = k ?? Self.samplesPerClass(dataset.labels)
    try check(k: k, labels: dataset.labels, classNames: dataset.classNames)
    let neighbors = try NearestNeighbors(try input.featureVectors(run))
    let count = try run.count("neighbors", of: dataset.count, unit: "samples")
    let votes = try neighbors.votes(
      k: k, labels: dataset.labels, classCount: dataset.classCount
    ) { try count($0) }
    return SampleScores(
      values: votes.map { Float($0.agreeing) / Float(k) },
      trusted: try reference(votes: votes, labels: dataset.labels),
      columns: [
        EvidenceColumn("agreeing", votes.map(\.agreeing)),
        EvidenceColumn("plurality", votes.map { dataset.classNames[Int($0.plurality)] }),
      ])
  }

  /// The paper's k: samples per class, on average over the classes that occur.
  public static func samplesPerClass(_ labels: [Int32]) -> Int {
    let classes = max(1, Set(labels).count)
    let mean = (Double(labels.count) / Double(classes)).rounded()
    return max(1, min(Int(mean), labels.count - 1))
  }

  /// Throws `DetectionError` unless there are enough samples, before features are computed.
  package func check(k: Int, labels: [Int32], classNames: [String]) throws {
    guard (1..<max(1, labels.count)).contains(k) else {
      throw DetectionError.neighbors(k: k, others: labels.count - 1)
    }
    guard case .mostConfident(let perClass) = selection else { return }
    try ClassMembers(labels.indices, labels: labels).require(perClass, classNames: classNames)
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
        ClassMembers(labels.indices, labels: labels).best(perClass) { votes[$0].agreeing }
      }
    if found.isEmpty { throw DetectionError.nothingSelected }
    return found
  }
}
