/// A critic's training that cannot go on.
public enum CriticError: Error, Equatable, CustomStringConvertible {
  /// The loss became NaN or infinite in this step.
  case diverged(step: Int)
  /// The saved state is none, or cannot be understood.
  case badState(path: String, reason: String)
  /// The saved state belongs to a training with other options.
  case otherOptions(path: String, saved: String, given: String)

  public var description: String {
    switch self {
    case .diverged(let step):
      "the critic diverged: its loss became NaN or infinite in step \(step); lower its learning "
        + "rate, or check the features"
    case .badState(let path, let reason):
      "\(path): not a usable critic state: \(reason); delete it to train anew"
    case .otherOptions(let path, let saved, let given):
      "\(path): was saved with \(saved), not with \(given); give the same options, or delete it"
    }
  }
}
