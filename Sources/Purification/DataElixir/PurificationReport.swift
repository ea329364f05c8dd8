import Datasets
import Foundation

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
  public var changes = Changes()
  public var warnings: [String] = []

  /// One sentence on the outcome.
  public var conclusion: String {
    if targets.isEmpty {
      return "No target class was found: the output is the input, unchanged."
    }
    let names = targets.map { "\($0) (\(data.classNames[$0]))" }.joined(separator: ", ")
    let noun = targets.count == 1 ? "class" : "classes"
    return "Target \(noun) \(names): \(changes.labels) labels and \(changes.images) images changed."
  }

  /// The verdicts, a table of the classes, and the conclusion.
  public var summary: String {
    var lines = [
      "Samples: \(verdicts.benign) benign, \(verdicts.poisoned) poisoned, "
        + "\(verdicts.suspicious) suspicious",
      "class  anomalous  by count  score   index",
    ]
    func column(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
    for evidence in classes {
      lines.append(
        column(String(evidence.label), 5) + column(String(evidence.anomalousSamples), 11)
          + column(number(evidence.countIndex), 10)
          + column(number(evidence.score), 8) + column(number(evidence.index), 8)
          + (evidence.isTarget ? "  target" : ""))
    }
    return (lines + [conclusion]).joined(separator: "\n")
  }

  /// Indented JSON with sorted keys.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // The official code's scores can be infinite.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
