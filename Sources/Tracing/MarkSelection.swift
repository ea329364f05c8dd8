import ComputeBackend

/// Which images are marked: a seeded choice of round(budget·n) of the n images of each class.
public struct MarkSelection: Sendable, Equatable {
  /// The share of each class's images.
  public var budget: Double
  /// The classes that are marked; `nil` for all that occur.
  public var classes: [Int32]?
  public var seed: UInt64

  public init(budget: Double = 0.1, classes: [Int32]? = nil, seed: UInt64 = 0) {
    self.budget = budget
    self.classes = classes
    self.seed = seed
  }

  /// Indices of the images to mark, ascending.
  ///
  /// Throws `TracingError` if the budget selects nothing of a class.
  public func indices(labels: [Int32], classCount: Int) throws -> [Int] {
    guard budget > 0, budget <= 1 else { throw TracingError.budgetOutOfRange(budget: budget) }
    let chosen = try marked(labels: labels, classCount: classCount).flatMap { label in
      let members = labels.indices.filter { labels[$0] == label }
      let wanted = Int((budget * Double(members.count)).rounded())
      guard wanted > 0 else {
        throw TracingError.nothingToMark(label: label, count: members.count, budget: budget)
      }
      var random = PhiloxGenerator(seed: seed, stream: UInt32(label), purpose: .markSelection)
      return members.shuffled(using: &random).prefix(wanted)
    }
    return chosen.sorted()
  }

  /// The classes to mark, ascending.
  func marked(labels: [Int32], classCount: Int) throws -> [Int32] {
    guard let classes else { return Set(labels).sorted() }
    if let label = classes.first(where: { !(0..<Int32(classCount)).contains($0) }) {
      throw TracingError.classOutOfRange(label: label, classCount: classCount)
    }
    return Set(classes).sorted()
  }
}
