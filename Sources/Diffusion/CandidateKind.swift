/// Which images of a reverse process are kept as candidates.
public enum CandidateKind: String, Codable, Sendable, CaseIterable {
  /// The states x_{t−1} after the last steps, as DataElixir does.
  case samples
  /// The clean images x̂₀ that the network predicts in the last steps.
  case predictions
}
