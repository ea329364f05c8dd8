import Runs

/// What an attack may use besides the dataset, and whom it tells how far it is.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  public var progress: (AttackProgress) throws -> Void
  /// Told of the phases of attacks that take long.
  public var run: Run

  public init(
    surrogate: (() throws -> Surrogate)? = nil,
    progress: @escaping (AttackProgress) throws -> Void = { _ in }, run: Run = Run()
  ) {
    self.surrogate = surrogate
    self.progress = progress
    self.run = run
  }
}
