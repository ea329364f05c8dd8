import Datasets
import Foundation
import Support

/// What a marked dataset's owner keeps to trace it, `mark-manifest.json` beside it.
///
/// Whoever has the marks can find and remove them: give away the dataset without this file.
public struct MarkManifest: Codable, Sendable, Equatable {
  public static let fileName = GroundTruth.markFile
  static let currentVersion = 2

  /// One marked sample.
  public struct Sample: Codable, Sendable, Equatable {
    /// Position in the dataset as `ImageDataset.open` orders it.
    public var index: Int
    public var name: String
    public var label: Int32
  }

  public var version: Int
  /// Of the marking network's weights, see `NetworkChecksum`.
  public var markingNetwork: String

  /// Whether `markingNetwork` can be compared; in version 1 it was another kind of checksum.
  public var identifiesNetwork: Bool { version > 1 }

  public var recipe: MarkingRecipe
  /// The share of each class's images.
  public var budget: Double
  /// The classes that were marked, ascending: only these are tested.
  public var classes: [Int32]
  /// Images of the dataset.
  public var count: Int
  public var classCount: Int
  public var featureCount: Int
  /// The unit vectors of all classes, `[classCount, featureCount]` little-endian 32-bit floats; in
  /// base64.
  public var marks: Data
  /// The mean of ⟨φ(x̃) − φ(x), u⟩ over the samples.
  public var meanShift: Double
  /// The mean of ‖φ(x̃) − φ(x)‖ over the samples.
  public var meanLength: Double
  public var samples: [Sample]

  /// The marks as vectors.
  public var vectors: RadioactiveMarks {
    var reader = ByteReader(Array(marks))
    var values: [Float] = []
    while let value = reader.next(Float.self) { values.append(value) }
    return RadioactiveMarks(classCount: classCount, featureCount: featureCount, values: values)
  }

  /// How marks are stored.
  static func data(_ marks: RadioactiveMarks) -> Data {
    var writer = ByteWriter()
    for value in marks.values { writer.append(value) }
    return Data(writer.bytes)
  }

  /// Reads the manifest from a marked dataset's folder (or its own path).
  public static func load(_ path: String) throws -> MarkManifest {
    let file = path.hasSuffix(".json") ? path : path + "/" + fileName
    guard let bytes = try? RandomAccessFile.contents(file) else {
      throw TracingError.manifest(path: file, reason: "it cannot be read")
    }
    let data = Data(bytes)
    let manifest: MarkManifest
    do {
      manifest = try JSONDecoder().decode(MarkManifest.self, from: data)
    } catch {
      throw TracingError.manifest(path: file, reason: "it is not a mark manifest")
    }
    guard (1...currentVersion).contains(manifest.version) else {
      throw TracingError.manifest(path: file, reason: "version \(manifest.version) is not known")
    }
    guard manifest.isConsistent else {
      throw TracingError.manifest(path: file, reason: "its fields contradict each other")
    }
    guard manifest.vectors.areUnitVectors else {
      throw TracingError.manifest(path: file, reason: "its marks are not unit vectors")
    }
    return manifest
  }

  private var isConsistent: Bool {
    let (size, overflows) = classCount.multipliedReportingOverflow(by: featureCount)
    return classCount > 0 && featureCount > 1 && !overflows && marks.count % 4 == 0
      && marks.count / 4 == size && !classes.isEmpty && classes == Set(classes).sorted()
      && classes.allSatisfy { (0..<classCount).contains(Int($0)) }
      && Set(samples.map(\.index)).count == samples.count
      && samples.allSatisfy { (0..<count).contains($0.index) && classes.contains($0.label) }
  }

  func write(to folder: String) throws {
    try JSONText.write(self, to: folder + "/" + Self.fileName)
  }
}
