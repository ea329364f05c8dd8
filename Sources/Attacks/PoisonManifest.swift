import Datasets
import Foundation

/// The ground truth of a poisoned dataset, `poison-manifest.json` beside it.
///
/// Only evaluation reads it: it names the poisoned samples and how to attack test images.
public struct PoisonManifest: Codable, Sendable, Equatable {
  public static let fileName = "poison-manifest.json"
  static let currentVersion = 1

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
  }

  public enum Mapping: String, Codable, Sendable {
    case allToOne = "all-to-one"
    case allToAll = "all-to-all"
  }

  public var version: Int
  public var attack: Attack
  /// PNG file beside the manifest: the trigger's pattern in the images' own size.
  public var pattern: String
  /// Blended only.
  public var alpha: Double?
  public var mapping: Mapping
  /// All-to-one only.
  public var target: Int32?
  public var rate: Double
  public var includesTarget: Bool
  public var seed: UInt64
  public var count: Int
  public var classCount: Int
  public var samples: [Sample]

  /// The labels that the attacker gives.
  public var labelMapping: LabelMapping {
    target.map { .allToOne(target: $0) } ?? .allToAll
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
    guard manifest.version == currentVersion else {
      throw AttackError.manifest(path: file, reason: "version \(manifest.version) is not known")
    }
    let isConsistent =
      (manifest.mapping == .allToOne) == (manifest.target != nil)
      && (manifest.attack == .blended) == (manifest.alpha != nil)
      && manifest.samples.allSatisfy { (0..<manifest.count).contains($0.index) }
    guard isConsistent else {
      throw AttackError.manifest(path: file, reason: "its fields contradict each other")
    }
    return manifest
  }

  /// The trigger for test images; `folder` holds the manifest.
  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    let path = folder + "/" + pattern
    let picture = try PNG.read(path, channels: shape.channels)
    guard picture.shape == shape else {
      throw AttackError.manifest(
        path: path, reason: "the trigger is \(picture.shape), but the images are \(shape)")
    }
    return Trigger(kind: alpha.map { .blended(alpha: $0) } ?? .badNets, pattern: picture)
  }

  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self)
    try TextFile.write(text + "\n", to: folder + "/" + Self.fileName)
  }
}
