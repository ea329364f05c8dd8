import ComputeBackend
import Runs

/// A detector of reference data with a given precision q and recall r, from the ground truth
/// (Mendata, §5.2).
///
/// Of the U unmanipulated samples it selects ⌊U·r⌋, of the manipulated ones ⌊U·r·(1 − q)/q⌋, both
/// uniformly. (The paper writes |D|·0.99 for U, having manipulated 1 %.)
public struct SimulatedDetector: Detector {
  public static let id = "simulated"

  /// q: the share of the selected samples that is unmanipulated.
  public var precision: Double
  /// r: the share of the unmanipulated samples that is selected.
  public var recall: Double

  public init(precision: Double, recall: Double) {
    self.precision = precision
    self.recall = recall
  }

  /// Precision and recall, written `q,r`.
  public init?(arguments: String) {
    let numbers = arguments.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard numbers.count == 2, let precision = numbers[0], let recall = numbers[1] else {
      return nil
    }
    self.init(precision: precision, recall: recall)
  }

  /// 1 for the samples that it selects, 0 for the others.
  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    guard let truth = input.truth else { throw DetectionError.missing("the ground truth") }
    let trusted = try reference(manipulated: truth, count: input.dataset.count, seed: input.seed)
    var values = [Float](repeating: 0, count: input.dataset.count)
    for sample in trusted { values[sample] = 1 }
    return SampleScores(values: values, trusted: trusted)
  }

  /// The reference samples, ascending.
  ///
  /// - Parameters:
  ///   - manipulated: which of the samples 0 ..< count are.
  ///   - seed: determines the choice.
  /// - Throws: `DetectionError` if q and r select nothing, or more than there are.
  public func reference(manipulated: Set<Int>, count: Int, seed: UInt64) throws -> [Int] {
    precondition(
      manipulated.allSatisfy { (0..<count).contains($0) },
      "SimulatedDetector: manipulated samples outside 0 ..< \(count)")
    for (name, value) in [("precision", precision), ("recall", recall)]
    where !(value > 0 && value <= 1) {
      throw DetectionError.shareOutOfRange(name: name, value: value)
    }
    let clean = (0..<count).filter { !manipulated.contains($0) }
    let wantedClean = Self.floor(Double(clean.count) * recall)
    let wantedManipulated = Self.floor(
      Double(clean.count) * recall * (1 - precision) / precision)
    guard wantedClean > 0 else {
      throw DetectionError.noUnmanipulatedSample(recall: recall, count: clean.count)
    }
    guard wantedManipulated <= manipulated.count else {
      throw DetectionError.tooFewManipulated(
        wanted: wantedManipulated, count: manipulated.count)
    }
    var random = PhiloxGenerator(seed: seed, purpose: .simulatedDetector)
    let chosen = random.choose(wantedClean, of: clean)
    return (chosen + random.choose(wantedManipulated, of: manipulated.sorted())).sorted()
  }

  /// ⌊x⌋, where the rounding of decimals such as 0.9 may have made x a little less than whole.
  private static func floor(_ x: Double) -> Int {
    // More than any dataset has is as good as more than an Int holds.
    Int(min((x * (1 + 1e-12)).rounded(.down), 1e15))
  }
}
