import Runs

/// What an attack may use besides the dataset, and whom it tells how far it is.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  public var progress: (AttackProgress) throws -> Void
  /// How attacks train networks of their own, where they do.
  public var training: AttackTraining?
  /// Keeps the states of trainings; `nil` for nowhere.
  public var folder: TrainingFolder?
  /// Told of the phases of attacks that take long.
  public var run: Run

  public init(
    surrogate: (() throws -> Surrogate)? = nil,
    progress: @escaping (AttackProgress) throws -> Void = { _ in },
    training: AttackTraining? = nil, folder: TrainingFolder? = nil, run: Run = Run()
  ) {
    self.surrogate = surrogate
    self.progress = progress
    self.training = training
    self.folder = folder
    self.run = run
  }
}
