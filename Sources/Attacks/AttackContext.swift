import Runs

/// What an attack may use besides the dataset, and the run that it is a part of.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  /// How attacks train networks of their own, where they do.
  public var training: AttackTraining?
  /// Keeps the states of trainings; `nil` for nowhere.
  public var folder: TrainingFolder?
  public var run: Run

  public init(
    surrogate: (() throws -> Surrogate)? = nil, training: AttackTraining? = nil,
    folder: TrainingFolder? = nil, run: Run = Run()
  ) {
    self.surrogate = surrogate
    self.training = training
    self.folder = folder
    self.run = run
  }
}
