import Runs

/// All detectors that need nothing but the dataset, on one dataset and one victim.
public struct DetectorPanel: Sendable {
  /// What each of them found, in their order.
  public private(set) var opinions: [(id: String, scores: SampleScores)] = []
  /// Detectors that found nothing they could say, and why.
  public private(set) var refusals: [(id: String, reason: String)] = []

  /// Runs the detectors one after another; each but the first uses what the evidence has by then.
  ///
  /// - Throws: what is not a `DetectionError`, which makes a detector refuse.
  public init(
    _ input: DetectionInput, _ run: Run, detectors: [any Detector] = Detectors.unaided
  ) throws {
    for detector in detectors {
      let id = type(of: detector).id
      do {
        let scores = try run.measure(id) { try detector.scores(input, run) }
        try scores.record(as: id, in: run)
        opinions.append((id, scores))
      } catch let error as DetectionError {
        refusals.append((id, "\(error)"))
      }
    }
  }
}
