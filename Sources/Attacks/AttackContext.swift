/// What an attack may use besides the dataset, and whom it tells how far it is.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  public var progress: (AttackProgress) throws -> Void

  public init(
    surrogate: (() throws -> Surrogate)? = nil,
    progress: @escaping (AttackProgress) throws -> Void = { _ in }
  ) {
    self.surrogate = surrogate
    self.progress = progress
  }
}
