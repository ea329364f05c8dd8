import Diffusion
import Foundation
import Models
import Training

/// Finds poisoned samples by what a denoiser and a victim model make of them, and restores them
/// (Zhou et al., AAAI 2024; our own decisions unless `compatibility` asks for the paper's).
public struct DataElixir: Purifier {
  public static let id = "dataelixir"
  public static let sharesDevices = true

  /// Folder of a diffusers model, or a network of OpenAI; nil to make one of the dataset itself.
  public var denoiser: String?
  /// How that is made.
  public var ownDenoiser = OwnDenoiser()
  /// n; nil for the rules' own, see `roundCount`.
  public var rounds: Int?
  /// T, noise steps of the linear schedule with 1000 steps; nil to choose them from the data
  /// (`NoiseSearch`), or for the paper's 150.
  public var noiseSteps: Int?
  /// m, states kept of each round; a fast sampler has fewer that are quiet enough.
  public var keepLast = 10
  public var threshold = TransitionThreshold.fraction(0.1)
  public var sampler = SamplerName.ddim
  /// K, calls of the denoiser in a round; nil for every noise step.
  public var samplerSteps: Int? = 10
  /// The time steps in OpenAI's words in place of K, see `TimestepRespacing`.
  public var respacing: String?
  /// η of DDIM.
  public var eta = 1.0
  public var candidates = CandidateKind.samples
  public var victim = VictimOptions()
  public var reference = AnomalyFilter.Reference.label
  public var suspiciousLabel = SuspiciousLabel.original
  public var compatibility = Compatibility.current
  /// Takes suspected classes for targets, too.
  public var forcesVerdict = false
  public var seed: UInt64 = 0

  public init(denoiser: String? = nil) {
    self.denoiser = denoiser
  }

  public enum SamplerName: String, Codable, Sendable, CaseIterable {
    case ddpm
    case ddim
    case dpmSolver = "dpm++"

    /// The sampler of that name; only DDIM has an η.
    public func sampler(eta: Double) -> Sampler {
      switch self {
      case .ddpm: .ddpm
      case .ddim: .ddim(eta: eta)
      case .dpmSolver: .dpmSolver
      }
    }
  }

  /// After this many images the retention of labels is shown for the first time.
  public static let firstLook = 256
  /// The paper's T and n.
  public static let paperNoiseSteps = 150
  public static let paperRounds = 5
  /// n where a second look follows.
  public static let rounds = 3

  /// The paper's n, the number of rounds.
  public var roundCount: Int {
    rounds ?? (compatibility == .current ? Self.rounds : Self.paperRounds)
  }

  /// T unless it is to be chosen from the data.
  var fixedNoiseSteps: Int? {
    noiseSteps ?? (compatibility == .current ? nil : Self.paperNoiseSteps)
  }

  var diffusionSampler: Sampler { sampler.sampler(eta: eta) }

  /// The decisions that follow; the official code compares with the victim's prediction.
  var rules: PaperDecisions.Rules {
    PaperDecisions.Rules(
      filter: AnomalyFilter(
        threshold: threshold,
        reference: compatibility == .dataElixir ? .prediction : reference),
      suspiciousLabel: suspiciousLabel, compatibility: compatibility)
  }

  /// Which states are candidates, for the help text and the report.
  public static let candidateDefinition = """
    The candidates of a round are the states after its last reverse steps, as many as are kept of \
    each round, none noisier than the paper's noisiest (9 noise steps of the linear schedule). A \
    fast sampler calls the network at K noise levels only, placed so that at least the last 3 \
    states are that quiet: those are the candidates, and a threshold given as a share is one of \
    them. From 150 noise steps with K = 10 the levels are 150 119 92 69 48 32 19 9 6 3, and a \
    round's 4 candidates are the states at levels 9, 6, 3 and 0.
    """

  public var files: [String: String] {
    var files = victim.files
    files["denoiser"] = denoiser.map {
      DenoiserFiles.location(of: URL(fileURLWithPath: $0)).relativePath
    }
    return files
  }

  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<DataElixirFindings> {
    try DataElixirRun(self, in: context).outcome()
  }
}
