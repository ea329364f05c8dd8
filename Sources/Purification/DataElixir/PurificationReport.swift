import Datasets
import Foundation
import Support

/// What a run found and did; `report.json` holds it all but the timings.
public struct PurificationReport: Codable, Sendable {
  public struct Data: Codable, Sendable {
    public var path: String
    public var format: String
    public var samples: Int
    public var shape: ImageShape
    public var classNames: [String]
    public var fingerprint: String

    init(_ dataset: ImageDataset, fingerprint: String) {
      path = dataset.path
      format = dataset.format.rawValue
      samples = dataset.count
      shape = dataset.shape
      classNames = dataset.classNames
      self.fingerprint = fingerprint
    }
  }

  public struct Candidates: Codable, Sendable {
    /// n·m
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

  public struct Changes: Codable, Sendable {
    public var labels = 0
    public var images = 0
    /// Suspicious samples of target classes, and how many of them the benign model agreed on with
    /// the candidates' vote after its first stage.
    public var suspicious = 0
    public var agreed = 0
    /// Samples that carry a trigger, and how many of them have no candidate that is free of it.
    public var carriers = 0
    public var stillCarrying = 0
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

  /// What the run amounts to.
  public enum Outcome: String, Codable, Sendable {
    /// No sign of poison; the output is the input.
    case clean
    case purified
    /// See `doubts`.
    case unsure
  }

  public var method = "dataelixir"
  public var data: Data
  public var options: PurificationOptions
  public var device: String
  public var candidates: Candidates
  public var rounds: [RoundShare] = []
  public var verdicts = Counts()
  public var classes: [TargetDetection.ClassEvidence] = []
  public var targets: [Int] = []
  /// Evidence by class; empty where the paper's rules decided.
  public var evidence: [TargetEvidence] = []
  /// Whether unbelieved samples move in one direction; nil where the paper's rules decided.
  public var asymmetry: LabelAsymmetry?
  /// How the noise was chosen; nil if it was given.
  public var noiseSearch: NoiseSearch?
  /// What the second look showed by level.
  var secondLook: [SecondLook.Level] = []
  /// Patches by target class.
  public var triggerRegions: [Int: TriggerRegion] = [:]
  public var attack: Attack?
  public var changes = Changes()
  public var warnings: [String] = []

  /// Takes over what was found.
  mutating func take(_ found: CarrierSearch.Result) {
    evidence = found.evidence
    asymmetry = found.asymmetry
    targets = found.targets
    secondLook = found.levels
    triggerRegions = found.regions
  }

  /// Indented JSON with sorted keys; the official code's scores can be infinite.
  func json() throws -> String {
    try JSONText.indented(Document(report: self)) + "\n"
  }

  /// The report with what follows from it.
  private struct Document: Encodable {
    let report: PurificationReport

    private enum Keys: String, CodingKey { case outcome, conclusion, doubts }

    func encode(to encoder: any Encoder) throws {
      try report.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(report.outcome, forKey: .outcome)
      try container.encode(report.conclusion, forKey: .conclusion)
      try container.encode(report.doubts, forKey: .doubts)
    }
  }
}
