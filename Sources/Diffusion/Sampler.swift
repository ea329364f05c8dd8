/// How the reverse process goes from one noise level to the next lower one.
public enum Sampler: Hashable, Sendable, CustomStringConvertible {
  /// Ancestral sampling with the checkpoint's variance: the paper's.
  case ddpm
  /// DDIM: η = 0 adds no noise, η = 1 is ancestral sampling with variance β̃.
  case ddim(eta: Double)
  /// DPM-Solver++(2M): second order, no noise.
  case dpmSolver

  public var description: String {
    switch self {
    case .ddpm: "ddpm"
    case .ddim(let eta): "ddim (eta \(eta))"
    case .dpmSolver: "dpm++"
    }
  }
}
