import Training

/// How far an attack's search is.
public struct AttackProgress: Sendable {
  /// Iterations done, of all attempts.
  public var iteration = 0
  public var total: Int
  /// What the search maximizes, as it is in the present attempt.
  public var objective: Float = 0
  /// While the surrogate is trained again.
  public var retraining: TrainingProgress?
}
