/// A reverse process that cannot be had.
public enum DiffusionError: Error, Equatable, CustomStringConvertible {
  case noiseSteps(Int, limit: Int)
  case samplerSteps(Int)
  case untrainedTimestep(Int, limit: Int)
  /// Words for fewer time steps that have no meaning.
  case respacing(String, reason: String)
  /// The network has `output` channels for images of `input`; the schedule wants `variance`.
  case channels(output: Int, input: Int, variance: String)

  public var description: String {
    switch self {
    case .noiseSteps(let steps, let limit):
      "\(steps) noise steps are outside 1 to \(limit)"
    case .samplerSteps(let steps):
      "\(steps) sampler steps: at least 1 is needed"
    case .untrainedTimestep(let timestep, let limit):
      "this denoiser was trained for time steps below \(limit) only and cannot be run at "
        + "\(timestep); use less noise"
    case .respacing(let text, let reason): "respacing '\(text)': \(reason)"
    case .channels(let output, let input, let variance):
      "this denoiser has \(output) output channels for images of \(input), which does not go with "
        + "variance_type \(variance)"
    }
  }
}
