import Datasets
import Foundation
import Support

/// The ground truth of a poisoned dataset, `poison-manifest.json` beside it.
///
/// Only evaluation reads it: it names the poisoned samples and what the attacker wants of a model.
/// Version 1 knew BadNets and Blended only, in the same fields.
public struct PoisonManifest: Codable, Sendable, Equatable {
  public static let fileName = "poison-manifest.json"
  static let currentVersion = 2

  /// One poisoned sample.
  public struct Sample: Codable, Sendable, Equatable {
    /// Position in the poisoned dataset as `ImageDataset.open` orders it.
    public var index: Int
    /// Name in the poisoned dataset.
    public var name: String
    /// Name in the dataset it was made from.
    public var sourceName: String
    public var originalLabel: Int32
    public var label: Int32
  }

  public enum Attack: String, Codable, Sendable {
    case badNets = "badnets"
    case blended
    case sinusoid = "sig"
    case gradientMatching = "gradient-matching"

    /// Whether poisoned samples keep their labels.
    public var isCleanLabel: Bool { self == .sinusoid || self == .gradientMatching }
  }

  public enum Mapping: String, Codable, Sendable {
    case allToOne = "all-to-one"
    case oneToOne = "one-to-one"
    case allToAll = "all-to-all"
    /// One image gets the target label, without a trigger.
    case oneImage = "one-image"
  }

  /// Where a patch is put on test images.
  public enum Placement: String, Codable, Sendable, CaseIterable {
    /// At the bottom right.
    case corner
    /// Drawn for each sample by the seed.
    case random
  }

  /// SIG: grey levels, and periods across the width.
  public struct Wave: Codable, Sendable, Equatable {
    public var amplitude: Double
    public var frequency: Double
  }

  /// The image of a targeted attack.
  public struct Target: Codable, Sendable, Equatable {
    /// PNG file beside the manifest.
    public var picture: String
    /// The dataset that it is from, and its place there.
    public var source: String
    public var index: Int
    /// The true label.
    public var label: Int32
  }

  public var version: Int
  public var attack: Attack
  /// PNG file beside the manifest: the trigger's pattern; `nil` if there is no trigger.
  public var pattern: String?
  /// Blended only.
  public var alpha: Double?
  /// SIG only.
  public var wave: Wave?
  /// Gradient matching with a trigger only.
  public var placement: Placement?
  /// Gradient matching only: ε, how far a byte may move.
  public var epsilon: Int?
  /// Gradient matching of one image only.
  public var targetImage: Target?
  public var mapping: Mapping
  /// One-to-one only.
  public var source: Int32?
  /// The label that the attacker wants; not for all-to-all.
  public var target: Int32?
  public var rate: Double
  public var includesTarget: Bool
  public var seed: UInt64
  public var count: Int
  public var classCount: Int
  public var samples: [Sample]

  /// What all attacks have; the samples are still missing.
  init(
    attack: Attack, mapping: Mapping, target: Int32?, rate: Double, includesTarget: Bool,
    seed: UInt64, dataset: ImageDataset
  ) {
    version = Self.currentVersion
    self.attack = attack
    self.mapping = mapping
    self.target = target
    self.rate = rate
    self.includesTarget = includesTarget
    self.seed = seed
    count = dataset.count
    classCount = dataset.classCount
    samples = []
  }

  /// Reads the manifest from a poisoned dataset's folder (or its own path).
  public static func load(_ path: String) throws -> PoisonManifest {
    let file = path.hasSuffix(".json") ? path : path + "/" + fileName
    guard let data = FileManager.default.contents(atPath: file) else {
      throw AttackError.manifest(path: file, reason: "it cannot be read")
    }
    let manifest: PoisonManifest
    do {
      manifest = try JSONDecoder().decode(PoisonManifest.self, from: data)
    } catch {
      throw AttackError.manifest(path: file, reason: "it is not a poison manifest")
    }
    guard (1...currentVersion).contains(manifest.version) else {
      throw AttackError.manifest(path: file, reason: "version \(manifest.version) is not known")
    }
    guard manifest.isConsistent else {
      throw AttackError.manifest(path: file, reason: "its fields contradict each other")
    }
    return manifest
  }

  func write(to folder: String) throws {
    try JSONText.write(self, to: folder + "/" + Self.fileName)
  }
}
