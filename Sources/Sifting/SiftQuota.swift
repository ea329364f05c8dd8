import ComputeBackend
import Datasets

/// How many samples of each class are chosen.
public enum SiftQuota: Hashable, Codable, Sendable {
  case perClass(Int)
  /// Of all, shared out by the sizes of the classes.
  case total(Int)
  /// Of each class, but at least one sample.
  case share(Double)

  /// The share of a dataset for which the paper's authors hold their method to be reliable.
  public static let reliable = SiftQuota.share(0.05)

  /// Samples by class.
  ///
  /// A total is shared out by the largest remainders, of equal ones to the first class.
  /// - Throws: `SiftingError` where a class has fewer, or would have none.
  public func counts(of images: any LabelledImages, classNames: [String]) throws -> [Int] {
    try Self.requireComparable(images, classNames: classNames)
    let sizes = Self.sizes(images)
    let counts: [Int]
    switch self {
    case .perClass(let wanted):
      if let label = sizes.indices.first(where: { sizes[$0] > 0 && !(1...sizes[$0] ~= wanted) }) {
        throw SiftingError.samplesPerClass(wanted, name: classNames[label], count: sizes[label])
      }
      counts = sizes.map { $0 > 0 ? wanted : 0 }
    case .total(let wanted):
      guard 1...images.count ~= wanted else {
        throw SiftingError.total(wanted, count: images.count)
      }
      counts = Self.shared(wanted, by: sizes)
      if let label = sizes.indices.first(where: { sizes[$0] > 0 && counts[$0] == 0 }) {
        throw SiftingError.noneOfClass(total: wanted, name: classNames[label])
      }
    case .share(let share):
      precondition(share > 0 && share <= 1, "SiftQuota: a share of \(share)")
      counts = sizes.map { $0 > 0 ? max(1, Int((Double($0) * share).rounded())) : 0 }
    }
    return counts
  }

  /// Throws unless at least two classes have samples, and each of these more than one.
  static func requireComparable(
    _ images: any LabelledImages, classNames: [String]? = nil
  ) throws {
    let sizes = sizes(images)
    guard sizes.count(where: { $0 > 0 }) > 1 else { throw SiftingError.singleClass }
    if let label = sizes.firstIndex(of: 1) {
      throw SiftingError.singleSample(name: classNames?[label] ?? String(label))
    }
  }

  private static func sizes(_ images: any LabelledImages) -> [Int] {
    var sizes = [Int](repeating: 0, count: images.classCount)
    for label in images.labels { sizes[Int(label)] += 1 }
    return sizes
  }

  private static func shared(_ total: Int, by sizes: [Int]) -> [Int] {
    let all = sizes.reduce(0, +)
    var counts = sizes.map { total * $0 / all }
    let left = total - counts.reduce(0, +)
    let byRemainder = sizes.indices.sorted {
      (-(total * sizes[$0] % all), $0) < (-(total * sizes[$1] % all), $1)
    }
    for label in byRemainder.prefix(left) { counts[label] += 1 }
    return counts
  }
}

/// Choices of samples by class.
public enum SiftSelection {
  /// Of each class the samples with the highest scores, of equal ones the first; ascending.
  public static func highest(_ scores: [Double], labels: [Int32], counts: [Int]) -> [Int] {
    byClass(labels, counts) { samples, count in
      samples.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(count)
    }
  }

  /// A random choice, for comparison; ascending.
  public static func random(labels: [Int32], counts: [Int], seed: UInt64) -> [Int] {
    byClass(labels, counts) { samples, count in
      var random = PhiloxGenerator(
        seed: seed, stream: UInt32(labels[samples[0]]), purpose: .randomSubset)
      return random.choose(count, of: samples)[...]
    }
  }

  private static func byClass(
    _ labels: [Int32], _ counts: [Int], _ choose: ([Int], Int) -> ArraySlice<Int>
  ) -> [Int] {
    Dictionary(grouping: labels.indices, by: { labels[$0] })
      .flatMap { label, samples in choose(samples, counts[Int(label)]) }.sorted()
  }
}
