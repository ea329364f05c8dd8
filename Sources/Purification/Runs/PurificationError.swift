/// What can go wrong in a purification run besides its inputs.
public enum PurificationError: Error, Equatable, CustomStringConvertible {
  /// A file of an unfinished run that was altered from outside.
  case damagedStore(path: String, reason: String)
  case fileSystem(path: String, reason: String)
  /// An unfinished run beside the output that was started with other options or data.
  case otherRun(path: String, difference: String)
  /// An unfinished run beside the output whose files have another form.
  case otherVersion(path: String)
  case notANumber(sample: Int, round: Int)
  /// A model that does not fit the dataset.
  case unsuitableModel(path: String, reason: String)
  /// Values that became NaN or infinite; `state` is the folder with the last good state.
  case notFinite(what: String, state: String)
  /// The critic's slope is zero for every image that is to be moved.
  case flatCritic
  /// A reference set that cannot serve.
  case reference(String)
  /// ρ·n below 1.
  case nothingSelected(share: Double, samples: Int)

  public var description: String {
    switch self {
    case .damagedStore(let path, let reason):
      "\(path): \(reason); delete its folder to start the run anew"
    case .fileSystem(let path, let reason):
      "\(path): \(reason); check the folder, its permissions and the free space"
    case .otherRun(let path, let difference):
      "\(path) holds an unfinished run with other settings (\(difference)); "
        + "repeat its command to finish it, or give --force to start anew"
    case .otherVersion(let path):
      "\(path) holds an unfinished run that was started with another version of elixir-gpu; finish "
        + "it with that version, or delete it to start anew"
    case .notANumber(let sample, let round):
      "the denoiser made values that are not numbers of sample \(sample) in round \(round + 1); "
        + "check its weights"
    case .unsuitableModel(let path, let reason):
      "\(path): \(reason); give a model made for such images"
    case .notFinite(let what, let state):
      "\(what) became NaN or infinite; lower --perturbation-rate or --critic-rate (the last whole "
        + "round is kept in \(state))"
    case .flatCritic:
      "the critic does not change with the images that are to be moved, so they cannot be; give "
        + "features of another network, or a fixed perturbation rate"
    case .reference(let reason): reason
    case .nothingSelected(let share, let samples):
      "--share \(share) of \(samples) untrusted samples selects none; use at least "
        + "\(1 / Double(max(samples, 1)))"
    }
  }
}
