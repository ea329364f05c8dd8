import ComputeBackend
import Datasets

/// Which images are marked: a seeded choice of round(budget·n) of the n images of each class.
public struct MarkSelection: Sendable, Equatable {
  /// The share of each class's images.
  public var budget: Double
  /// The classes that are marked; `nil` for all that occur.
  public var classes: [Int32]?
  public var seed: UInt64

  private static let purpose: UInt32 = 0x3A6E

  public init(budget: Double = 0.1, classes: [Int32]? = nil, seed: UInt64 = 0) {
    self.budget = budget
    self.classes = classes
    self.seed = seed
  }

  /// Indices of the images to mark, ascending.
  ///
  /// Throws `ParameterError` if the budget selects nothing of a class.
  public func indices(labels: [Int32], classCount: Int) throws -> [Int] {
    guard budget > 0, budget <= 1 else {
      throw ParameterError(
        "budget", budget, "the share of images must lie above 0 and be at most 1")
    }
    let chosen = try marked(labels: labels, classCount: classCount).flatMap { label in
      let members = labels.indices.filter { labels[$0] == label }
      let wanted = Int((budget * Double(members.count)).rounded())
      guard wanted > 0 else {
        throw ParameterError(
          "budget", budget,
          "this selects none of the \(members.count) images of class \(label); choose a greater "
            + "one, or other classes")
      }
      var random = PhiloxGenerator(
        seed: seed, stream: UInt32(label), purpose: Self.purpose)
      return members.shuffled(using: &random).prefix(wanted)
    }
    return chosen.sorted()
  }

  /// The classes to mark, ascending.
  func marked(labels: [Int32], classCount: Int) throws -> [Int32] {
    guard let classes else { return Set(labels).sorted() }
    if let label = classes.first(where: { !(0..<Int32(classCount)).contains($0) }) {
      throw ParameterError(
        "classes", label, "the dataset has the classes 0 to \(classCount - 1)")
    }
    return Set(classes).sorted()
  }
}
