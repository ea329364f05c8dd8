/// What can go wrong in a purification run besides its inputs.
public enum PurificationError: Error, Equatable, CustomStringConvertible {
  /// A file of an unfinished run that was altered from outside.
  case damagedStore(path: String, reason: String)
  case fileSystem(path: String, reason: String)
  /// An unfinished run beside the output that was started with other options or data.
  case otherRun(path: String, difference: String)
  case notANumber(sample: Int, round: Int)
  /// A model that does not fit the dataset.
  case unsuitableModel(path: String, reason: String)

  public var description: String {
    switch self {
    case .damagedStore(let path, let reason):
      "\(path): \(reason); delete its folder to start the run anew"
    case .fileSystem(let path, let reason):
      "\(path): \(reason); check the folder, its permissions and the free space"
    case .otherRun(let path, let difference):
      "\(path) holds an unfinished run with other settings (\(difference)); "
        + "repeat its command to finish it, or give --force to start anew"
    case .notANumber(let sample, let round):
      "the denoiser made values that are not numbers of sample \(sample) in round \(round + 1); "
        + "check its weights"
    case .unsuitableModel(let path, let reason):
      "\(path): \(reason); give a model made for such images"
    }
  }
}
