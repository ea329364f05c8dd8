/// How well a purification found the poisoned samples (DataElixir §4.1).
///
/// A sample counts as detected when its label changed from the poisoned to the purified dataset, or
/// when the purified one leaves it out.
public struct DetectionMetrics: Equatable, Sendable {
  /// Share of the poisoned samples that were detected; nil if there is none.
  public var truePositiveRate: Double?
  /// Share of the clean samples that were detected; nil if there is none.
  public var falsePositiveRate: Double?
  /// Share of the purified dataset's samples whose label is the original one.
  public var labelAccuracy: Double

  /// - Parameters:
  ///   - before: labels of the poisoned dataset.
  ///   - after: labels of the purified one, `nil` for a sample that it leaves out.
  ///   - original: labels before poisoning.
  public init(before: [Int32], after: [Int32?], original: [Int32], isPoisoned: [Bool]) {
    precondition(
      !before.isEmpty && before.count == after.count && before.count == original.count
        && before.count == isPoisoned.count,
      "DetectionMetrics: \(before.count), \(after.count), \(original.count) and \(isPoisoned.count)"
    )
    var detected = (poisoned: 0, clean: 0)
    var correct = 0
    for sample in before.indices {
      if after[sample] == original[sample] { correct += 1 }
      guard after[sample] != before[sample] else { continue }
      if isPoisoned[sample] { detected.poisoned += 1 } else { detected.clean += 1 }
    }
    let poisoned = isPoisoned.count { $0 }
    let clean = isPoisoned.count - poisoned
    truePositiveRate = poisoned == 0 ? nil : Double(detected.poisoned) / Double(poisoned)
    falsePositiveRate = clean == 0 ? nil : Double(detected.clean) / Double(clean)
    labelAccuracy = Double(correct) / Double(max(after.count { $0 != nil }, 1))
  }
}
