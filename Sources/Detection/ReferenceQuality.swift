/// How good reference data are, by the ground truth (Mendata, §5.2).
public struct ReferenceQuality: Sendable, Equatable {
  /// The share of the reference samples that is unmanipulated; `nil` if there is no sample.
  public var precision: Double?
  /// The share of the unmanipulated samples that is in the reference; `nil` if there is none.
  public var recall: Double?

  /// - Parameters:
  ///   - reference: distinct samples.
  ///   - manipulated: which of the samples 0 ..< count are.
  public init(reference: [Int], manipulated: Set<Int>, count: Int) {
    let kept = reference.count { !manipulated.contains($0) }
    let clean = count - manipulated.count
    precision = reference.isEmpty ? nil : Double(kept) / Double(reference.count)
    recall = clean == 0 ? nil : Double(kept) / Double(clean)
  }
}
