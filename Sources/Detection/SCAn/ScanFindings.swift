import ComputeBackend
import LinearAlgebra
import Support

/// The split of every class, and which of them are suspicious; see `ScanDetector`.
package struct ScanFindings {
  package struct Class {
    package let label: Int
    /// Ascending.
    package let samples: [Int]
    package let split: ClassSplit
    /// By sample, 0 or 1.
    package let groups: [Int]
    /// By sample, the probability that it belongs to the clean group.
    package let trust: [Double]
    /// How far J lies above the median class's, in standard deviations.
    package fileprivate(set) var index = 0.0
    /// How far it lies above those of clean samples; nil without clean samples.
    package fileprivate(set) var cleanIndex: Double?
    /// J of the median class.
    package fileprivate(set) var null: Double?

    package var isSuspicious: Bool {
      samples.count >= ScanFindings.leastSamples
        && max(index, cleanIndex ?? 0) > RobustDeviation.limit
    }
  }

  /// A class with fewer is not suspicious: few points in many dimensions seem to lie in groups.
  package static let leastSamples = 20

  /// Of the labels that occur, ascending.
  package private(set) var classes: [Class] = []

  /// - Parameters:
  ///   - features: `[labels.count, d]`.
  ///   - clean: samples that are clean; nil if none are known.
  /// - Throws: `DetectionError.missing` if fewer than two classes have clean samples,
  ///   `LinearAlgebraError`.
  package init(
    _ features: some SampleRows, labels: [Int32], clean: [Int]?, seed: UInt64
  ) throws {
    let members = ClassMembers(labels.indices, labels: labels).classes
    if let clean {
      try split(features, members, clean: clean, labels: labels, seed: seed)
    } else {
      try split(features, members, seed: seed)
    }
    let statistics = classes.map(\.split.statistic)
    let null = Median.of(statistics)
    for (place, index) in RobustDeviation.values(statistics).enumerated() {
      classes[place].index = index
      classes[place].null = null
    }
  }

  private mutating func split(
    _ features: some SampleRows, _ members: [(label: Int32, samples: [Int])], clean: [Int],
    labels: [Int32], seed: UInt64
  ) throws {
    let cleanMembers = ClassMembers(clean, labels: labels).classes
    guard cleanMembers.count > 1, clean.count > cleanMembers.count else {
      throw DetectionError.missing("clean samples of several classes, more than one of each")
    }
    let rows = try cleanMembers.map {
      try features.matrix(ClassMembers.judged($0.samples, label: $0.label, seed: seed))
    }
    let decomposition = try VarianceDecomposition(rows)
    let whitening = try Whitening(
      mean: [Double](repeating: 0, count: features.columns), covariance: decomposition.within)
    let nulls = zip(cleanMembers, rows).map { member, rows in
      Self.split(whitening(rows), seed: seed, label: member.label, isClean: true).statistic
    }
    let isClean = Set(clean)
    for (label, samples) in members {
      let judged = ClassMembers.judged(samples, label: label, seed: seed)
      let split = Self.split(
        whitening(try features.matrix(judged)), seed: seed, label: label)
      let groups = try features.map(samples) { split.groups(of: whitening($0)) }
      let counts = (0..<2).map { group in
        zip(samples, groups).count { $1 == group && isClean.contains($0) }
      }
      // Without clean samples in either, the larger one.
      let cleanGroup = (counts[0], split.counts[0]) >= (counts[1], split.counts[1]) ? 0 : 1
      classes.append(
        try Class(
          label: Int(label), samples: samples, split: split, groups: groups,
          trust: features.map(samples) { split.probabilities(of: cleanGroup, whitening($0)) }))
    }
    let statistics = classes.map(\.split.statistic)
    for (place, index) in RobustDeviation.values(statistics, clean: nulls).enumerated() {
      classes[place].cleanIndex = index
    }
  }

  private mutating func split(
    _ features: some SampleRows, _ members: [(label: Int32, samples: [Int])], seed: UInt64
  ) throws {
    let judged = members.map { ClassMembers.judged($0.samples, label: $0.label, seed: seed) }
    let moments = try judged.map { samples in
      let rows = try features.matrix(samples)
      return (mean: rows.columnMeans, gram: rows.centered.gram)
    }
    for (place, (label, samples)) in members.enumerated() {
      let others = members.indices.filter { $0 != place }
      let sum = others.dropFirst().reduce(moments[others[0]].gram) { $0 + moments[$1].gram }
      let count = others.reduce(0) { $0 + judged[$1].count }
      let mean = Matrix(others.map { moments[$0].mean }).columnMeans
      let whitening = try Whitening(mean: mean, covariance: (1 / Double(count)) * sum)
      let split = Self.split(
        whitening(try features.matrix(judged[place])), seed: seed, label: label)
      let distances = (0..<2).map { split.squaredDistance(ofCenter: $0) }
      let cleanGroup = distances[0] <= distances[1] ? 0 : 1
      classes.append(
        try Class(
          label: Int(label), samples: samples, split: split,
          groups: features.map(samples) { split.groups(of: whitening($0)) },
          trust: features.map(samples) { split.probabilities(of: cleanGroup, whitening($0)) }))
    }
  }

  private static func split(
    _ white: Matrix, seed: UInt64, label: Int32, isClean: Bool = false
  ) -> ClassSplit {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(label), step: isClean ? 1 : 0, purpose: .classSplits)
    return ClassSplit(white, using: &random)
  }
}
