import Diffusion
import Support

/// What a run of DataElixir found.
public struct DataElixirFindings: PurificationFindings {
  public struct Candidates: Codable, Sendable {
    /// All rounds together: n·m.
    public var perSample: Int
    public var perRound: Int
    /// τ as a number of candidates.
    public var threshold: Int
    /// Time steps at which the denoiser was called in each round.
    public var timesteps: [Int]
    /// T, given or found.
    public var noiseSteps: Int
    /// ᾱ to which images were corrupted.
    public var alphaBar: Double
    public var definition: String
  }

  public struct Counts: Codable, Equatable, Sendable {
    public var benign = 0
    public var poisoned = 0
    public var suspicious = 0

    mutating func count(_ verdict: Verdict) {
      switch verdict {
      case .benign: benign += 1
      case .poisoned: poisoned += 1
      case .suspicious: suspicious += 1
      }
    }
  }

  /// What was repaired, and why.
  public struct Repair: Codable, Sendable {
    /// Suspicious samples of target classes, and how many of them the benign model agreed on with
    /// the candidates' vote after its first stage.
    public var suspicious = 0
    public var agreed = 0
    /// Samples that carry a trigger, and how many of them have no candidate that is free of it.
    public var carriers = 0
    public var stillCarrying = 0
    /// Those of classes in which samples that keep their label carry a trigger, too.
    public var keepers = 0
    /// Samples that are not known to carry anything, but are disowned by the benign model.
    public var disowned = 0
  }

  /// Share of images that get a target label when carriers' peculiarities are put on them: the
  /// attack success rate as far as it can be estimated without the attacker's trigger.
  public struct Attack: Codable, Equatable, Sendable {
    public var donors: Int
    public var victim: Double
    public var benign: Double
  }

  let options: DataElixir
  public var candidates: Candidates
  public var rounds: [LabelRetention] = []
  public var verdicts = Counts()
  /// Evidence by the paper's rules.
  public var classes: [TargetDetection.ClassEvidence] = []
  public var targets: [Int] = []
  /// Evidence by class; empty where the paper's rules decided.
  public var evidence: [TargetEvidence] = []
  /// Evidence by class from samples that keep their label.
  public var keptLabels: [KeptLabelEvidence] = []
  /// What detectors say; nil where the paper's rules decided.
  var opinions: DetectorOpinions?
  /// Whether unbelieved samples move in one direction; nil where the paper's rules decided.
  public var asymmetry: LabelAsymmetry?
  /// What the denoiser was made of; nil if one was given.
  public var ownDenoiser: OwnDenoiserReport?
  /// How the noise was chosen; nil if it was given.
  public var noiseSearch: NoiseSearch?
  /// What the second look showed by level.
  var secondLook: [SecondLook.Level] = []
  /// Patches by target class.
  public var triggerRegions: [Int: TriggerRegion] = [:]
  public var attack: Attack?
  public var repair = Repair()
  public var warnings: [String] = []
  /// PNG of estimated triggers.
  var triggerPicture: [UInt8]?

  private enum CodingKeys: String, CodingKey {
    case candidates, rounds, verdicts, classes, targets, evidence, keptLabels, opinions, asymmetry
    case ownDenoiser
    case noiseSearch
    case secondLook, triggerRegions, attack, repair, warnings, options
  }

  static let triggerFile = "trigger.png"

  public mutating func readFiles(of folder: String) throws {
    let path = folder + "/" + Self.triggerFile
    if Directory.kind(FileName(path)) != nil {
      triggerPicture = try RandomAccessFile.contents(path)
    }
  }

  init(
    options: DataElixir, plan: SamplerPlan, noiseSteps: Int, construction: CandidateConstruction
  ) {
    self.options = options
    candidates = Candidates(
      perSample: construction.candidatesPerSample,
      perRound: construction.candidatesPerRound,
      threshold: options.threshold.minimumTransition(
        candidates: construction.candidatesPerSample),
      timesteps: plan.steps.map(\.timestep), noiseSteps: noiseSteps,
      alphaBar: plan.startAlphaBar, definition: DataElixir.candidateDefinition)
  }

  /// Takes over what was found.
  mutating func take(_ found: CarrierSearch.Result) {
    evidence = found.evidence
    keptLabels = found.keptLabels
    asymmetry = found.asymmetry
    targets = found.targets
    secondLook = found.levels
    triggerRegions = found.regions
  }
}
