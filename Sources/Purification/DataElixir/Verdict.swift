/// The set of DataElixir's equation 3 that a sample falls into.
public enum Verdict: String, Codable, Sendable, CaseIterable {
  /// B: no label transition, and the candidates have the sample's label.
  case benign = "B"
  /// P: no label transition, but the candidates agree on another label.
  case poisoned = "P"
  /// S: the candidates' labels change.
  case suspicious = "S"

  /// P and S together are what target detection looks at.
  public var isAnomalous: Bool { self != .benign }
}
