import ComputeBackend

/// The samples of each label that occurs.
package struct ClassMembers {
  /// Samples by which a class is judged, at most: more hardly tell more, while time and memory of
  /// some detectors grow faster than they do.
  package static let judged = 2000

  /// Labels ascending, their samples ascending.
  let classes: [(label: Int32, samples: [Int])]

  init(_ samples: some Sequence<Int>, labels: [Int32]) {
    classes = Dictionary(grouping: samples) { labels[$0] }
      .map { (label: $0.key, samples: $0.value) }.sorted { $0.label < $1.label }
  }

  /// The samples by which a class is judged: all, or some drawn at random; ascending.
  package static func judged(_ samples: [Int], label: Int32, seed: UInt64) -> [Int] {
    guard samples.count > judged else { return samples }
    var random = PhiloxGenerator(seed: seed, stream: UInt32(label), purpose: .judgedSamples)
    return random.choose(judged, of: samples).sorted()
  }

  /// Throws `DetectionError.samplesPerClass` unless every class has so many samples.
  func require(_ perClass: Int, classNames: [String]) throws {
    for (label, samples) in classes where !(1...samples.count).contains(perClass) {
      throw DetectionError.samplesPerClass(
        perClass, name: classNames[Int(label)], count: samples.count)
    }
  }

  /// The best `perClass` samples of each class, of equal ones the first; ascending.
  func best<Value: Comparable>(
    _ perClass: Int, by value: (Int) -> Value, classNames: [String]
  ) throws -> [Int] {
    try require(perClass, classNames: classNames)
    return best(perClass, by: value)
  }

  func best<Value: Comparable>(_ perClass: Int, by value: (Int) -> Value) -> [Int] {
    classes.flatMap { _, samples in
      samples.map { (value($0), $0) }.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }
        .prefix(perClass).map { $0.1 }
    }.sorted()
  }
}
