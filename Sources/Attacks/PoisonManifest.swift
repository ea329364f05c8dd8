import Datasets
import Foundation
import Support

/// The ground truth of a poisoned dataset, `poison-manifest.json` beside it.
///
/// Only evaluation reads it: it names the attack with its parameters and the poisoned samples. What
/// it shares with other manifests is `GroundTruth`.
public struct PoisonManifest: Sendable {
  static let currentVersion = 3

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

  public var version: Int
  public var attack: any Attack
  /// Samples of the whole dataset.
  public var count: Int
  public var classCount: Int
  /// The poisoned samples, by index.
  public var samples: [Sample]
  /// Those whose images changed for cover, and whose labels did not, by index.
  public var covers: [Sample]

  /// The ground truth of a plan.
  ///
  /// - Parameter names: of all samples in the poisoned dataset.
  init(_ plan: PoisonPlan, names: [String]) {
    let dataset = plan.dataset
    var places = Array(names.indices)
    // Only an image folder orders its samples by name, and so differently once classes changed.
    if dataset.format == .imageFolder {
      let files = names.map { FileName(escaped: $0) }
      let order = places.sorted { files[$0] < files[$1] }
      for (place, index) in order.enumerated() { places[index] = place }
    }
    version = Self.currentVersion
    attack = plan.attack
    count = dataset.count
    classCount = dataset.classCount
    func records(_ indices: [Int], label: (Int) -> Int32) -> [Sample] {
      indices.map { index in
        Sample(
          index: places[index], name: names[index], sourceName: dataset.name(of: index),
          originalLabel: dataset.labels[index], label: label(index))
      }.sorted { $0.index < $1.index }
    }
    samples = records(plan.samples, label: plan.label)
    covers = records(plan.covers) { dataset.labels[$0] }
  }

  /// Reads the manifest from a poisoned dataset's folder (or its own path).
  public static func load(_ path: String) throws -> PoisonManifest {
    let file = path.hasSuffix(".json") ? path : path + "/" + GroundTruth.poisonFile
    guard let bytes = try? RandomAccessFile.contents(file) else {
      throw AttackError.manifest(path: file, reason: "it cannot be read")
    }
    let data = Data(bytes)
    do {
      let manifest = try JSONDecoder().decode(PoisonManifest.self, from: data)
      try manifest.validate()
      return manifest
    } catch let error as ParameterError {
      throw AttackError.manifest(path: file, reason: "\(error)")
    } catch {
      throw AttackError.manifest(path: file, reason: "it is not a poison manifest")
    }
  }

  /// Throws `ParameterError` for what no poisoning writes.
  private func validate() throws {
    for (name, value) in [("count", count), ("classCount", classCount)]
    where !(1...Int(Int32.max)).contains(value) {
      throw ParameterError(name, value, "no dataset has so many")
    }
    try attack.validate(classCount: classCount)
    var indices: Set<Int> = []
    func check(_ samples: [Sample], labels: (Int32) -> [Int32]) throws {
      for sample in samples {
        guard (0..<count).contains(sample.index), indices.insert(sample.index).inserted else {
          throw ParameterError("sample", sample.index, "it is there twice, or not in the dataset")
        }
        guard (0..<Int32(classCount)).contains(sample.originalLabel),
          labels(sample.originalLabel).contains(sample.label)
        else {
          throw ParameterError(
            "sample", sample.index,
            "the attack does not turn label \(sample.originalLabel) into \(sample.label)")
        }
      }
    }
    try check(samples) { attack.poisonedLabels(of: $0, classCount: classCount) }
    try check(covers) { [$0] }
  }

  func write(to folder: String) throws {
    try JSONText.write(self, to: folder + "/" + GroundTruth.poisonFile)
  }
}

extension PoisonManifest: Codable {
  private enum Key: String, CodingKey {
    case version, attack, parameters, count, classCount, samples, covers
  }

  /// Throws `ParameterError` for a version or an attack that is not known.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    version = try fields.decode(Int.self, forKey: .version)
    count = try fields.decode(Int.self, forKey: .count)
    classCount = try fields.decode(Int.self, forKey: .classCount)
    samples = try fields.decode([Sample].self, forKey: .samples)
    covers = try fields.decodeIfPresent([Sample].self, forKey: .covers) ?? []
    switch version {
    case 1, 2:
      attack = try FormerManifest(from: decoder).recovered()
    case Self.currentVersion:
      let id = try fields.decode(String.self, forKey: .attack)
      guard let type = AttackRegistry.attack(id) else {
        throw ParameterError("attack", id, "it is not known")
      }
      attack = try type.init(from: fields.superDecoder(forKey: .parameters))
    default:
      throw ParameterError("version", version, "it is not known")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(version, forKey: .version)
    try fields.encode(type(of: attack).id, forKey: .attack)
    try attack.encode(to: fields.superEncoder(forKey: .parameters))
    try fields.encode(count, forKey: .count)
    try fields.encode(classCount, forKey: .classCount)
    try fields.encode(samples, forKey: .samples)
    if !covers.isEmpty { try fields.encode(covers, forKey: .covers) }
  }
}
