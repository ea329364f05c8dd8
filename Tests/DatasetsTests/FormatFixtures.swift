import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Datasets written by the tools that people use, each with what these tools read in it.
enum FormatFixtures {
  static let folder = Fixtures.shared.appendingPathComponent("formats/datasets")
  static let arePresent = FileManager.default.fileExists(atPath: folder.path)

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static func expected(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name + "/expected.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  static func place(
    _ name: String, split: ImageDataset.Split = .training, options: DatasetOptions = .init()
  ) throws -> DatasetPlace { try DatasetPlace(path(name), split: split, options: options) }
}

extension Trait where Self == ConditionTrait {
  static var requiresFormatFixtures: Self {
    .enabled(if: FormatFixtures.arePresent, "../shared/formats is absent")
  }
}

extension EncodedRecords {
  /// By record: its name, the name of its class, and the digest of its image file or the reason
  /// why there is none.
  func summary() throws -> [[String]] {
    try labels.indices.map { record in
      let name = labels[record] < 0 ? "-" : classNames[Int(labels[record])]
      let image =
        try problem(of: record)
        ?? String(SHA256.hexDigest(try contents(of: record, first: nil)).prefix(16))
      return [self.name(of: record).description, name, image]
    }
  }
}
