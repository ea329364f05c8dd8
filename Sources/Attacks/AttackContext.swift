import Runs

/// What an attack may use besides the dataset, and the run that it is a part of.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  public var run: Run

  public init(surrogate: (() throws -> Surrogate)? = nil, run: Run = Run()) {
    self.surrogate = surrogate
    self.run = run
  }
}
