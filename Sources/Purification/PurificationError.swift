/// What can go wrong in a purification besides its inputs and its files.
public enum PurificationError: Error, Equatable, CustomStringConvertible {
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
  /// A rank whose options, data or device are not rank 0's.
  case unlikeRank(String)

  public var description: String {
    switch self {
    case .notANumber(let sample, let round):
      "the denoiser made values that are not numbers of sample \(sample) in round \(round + 1); "
        + "check its weights"
    case .unsuitableModel(let path, let reason):
      "\(path): \(reason); give a model made for such images"
    case .notFinite(let what, let state):
      "\(what) became NaN or infinite; lower the perturbation rate or the critic's learning rate "
        + "(the last whole round is kept in \(state))"
    case .flatCritic:
      "the critic does not change with the images that are to be moved, so they cannot be; give "
        + "features of another network, or a fixed perturbation rate"
    case .reference(let reason): reason
    case .unlikeRank(let difference):
      "it differs from rank 0 (\(difference)); start all with the same command, on devices of one "
        + "kind"
    case .nothingSelected(let share, let samples):
      "a share of \(share) of \(samples) untrusted samples selects none; use at least "
        + "\(1 / Double(max(samples, 1)))"
    }
  }
}
