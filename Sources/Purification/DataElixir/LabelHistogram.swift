/// How often each label occurs among a sample's (or a class's) candidates.
package struct LabelHistogram: Equatable, Sendable {
  /// Count of each label.
  package private(set) var counts: [Int]
  /// All labels counted.
  package private(set) var total = 0

  package init(classes: Int) {
    precondition(classes > 0, "LabelHistogram: \(classes) classes")
    counts = [Int](repeating: 0, count: classes)
  }

  package init(_ labels: some Sequence<Int>, classes: Int) {
    self.init(classes: classes)
    for label in labels { add(label) }
  }

  package mutating func add(_ label: Int, times: Int = 1) {
    precondition(
      counts.indices.contains(label),
      "LabelHistogram.add: label \(label) of \(counts.count) classes")
    counts[label] += times
    total += times
  }

  package mutating func add(_ other: LabelHistogram) {
    for (label, count) in other.counts.enumerated() where count > 0 { add(label, times: count) }
  }

  /// The most frequent label; of several the lowest.
  package var majority: Int {
    var best = 0
    for label in counts.indices where counts[label] > counts[best] { best = label }
    return best
  }

  /// The transition coefficient η: the second-highest count (DataElixir §3.3).
  package var transition: Int {
    let majority = majority
    var second = 0
    for label in counts.indices where label != majority { second = max(second, counts[label]) }
    return second
  }

  /// How nearly two labels are as frequent as each other: 0 if all are equal, 1 for a draw; nil if
  /// nothing was counted.
  var doubt: Double? {
    total == 0 ? nil : 1 - Double(counts[majority] - transition) / Double(total)
  }

  /// Labels that occur, with their counts: `0:7 3:8`.
  var text: String {
    counts.enumerated().filter { $0.element > 0 }.map { "\($0.offset):\($0.element)" }
      .joined(separator: " ")
  }

  /// The share of `label`, 0 if nothing was counted.
  package func share(of label: Int) -> Double {
    total == 0 ? 0 : Double(counts[label]) / Double(total)
  }
}
