import Runs

/// All detectors that need nothing but the dataset, on one dataset and one victim.
public struct DetectorPanel: Sendable {
  /// What each of them found, in their order.
  public let opinions: [(id: String, scores: SampleScores)]
  /// Detectors that found nothing they could say, and why.
  public let refusals: [(id: String, reason: String)]

  /// Runs the detectors one after another; each but the first uses what the evidence has by then.
  ///
  /// - Throws: what is not a `DetectionError`, which makes a detector refuse.
  public init(
    _ input: DetectionInput, _ run: Run, detectors: [any Detector] = Detectors.unaided
  ) throws {
    var opinions: [(id: String, scores: SampleScores)] = []
    refusals = try Self.forEach(of: detectors, input, run) { opinions.append(($0, $1)) }
    self.opinions = opinions
  }

  /// Runs detectors likewise, but keeps nothing of what they find.
  ///
  /// - Parameter take: is given a detector's name and what it found.
  /// - Returns: detectors that found nothing they could say, and why.
  @discardableResult
  public static func forEach(
    of detectors: [any Detector], _ input: DetectionInput, _ run: Run,
    _ take: (_ id: String, _ scores: SampleScores) throws -> Void
  ) throws -> [(id: String, reason: String)] {
    var refusals: [(id: String, reason: String)] = []
    for detector in detectors {
      let id = type(of: detector).id
      do {
        let scores = try run.measure(id) { try detector.scores(input, run) }
        try scores.record(as: id, in: run)
        try take(id, scores)
      } catch let error as DetectionError {
        refusals.append((id, "\(error)"))
      }
    }
    return refusals
  }
}
