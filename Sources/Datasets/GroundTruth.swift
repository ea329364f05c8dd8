import Foundation
import Support

/// Which samples of a dataset were manipulated, and their labels before.
///
/// This is what the manifests of attacks and of marks have in common, whatever else is in them.
public struct GroundTruth: Sendable, Equatable, Decodable {
  /// The manifest beside a poisoned dataset.
  public static let poisonFile = "poison-manifest.json"
  /// The manifest beside a marked dataset.
  public static let markFile = "mark-manifest.json"

  /// One manipulated sample.
  public struct Sample: Sendable, Equatable, Decodable {
    /// Position in the manipulated dataset as `ImageDataset.open` orders it.
    public let index: Int
    /// The label now.
    public let label: Int32
    /// The label before; `nil` where no label was changed.
    public let originalLabel: Int32?
    /// Its name in the dataset before; `nil` where names are the same.
    public let sourceName: String?
  }

  /// Samples of the whole dataset.
  public let count: Int
  public let samples: [Sample]

  public init(count: Int, samples: [Sample]) {
    self.count = count
    self.samples = samples
  }

  /// Reads the ground truth of a dataset.
  ///
  /// - Parameter path: the folder that holds a manifest, or the manifest itself.
  /// - Throws: `FileError` if there is none, or if it is another dataset's.
  public static func load(_ path: String, of dataset: ImageDataset) throws -> GroundTruth {
    let file = path.hasSuffix(".json") ? path : path + "/" + manifest(in: path)
    let data = Data(try RandomAccessFile.contents(file))
    func damaged(_ reason: String) -> FileError {
      .damaged(path: file, reason: reason, advice: "give the manifest of this dataset")
    }
    guard let truth = try? JSONDecoder().decode(GroundTruth.self, from: data) else {
      throw damaged("it is no manifest of manipulated samples")
    }
    guard truth.count == dataset.count else {
      throw damaged("it is of \(truth.count) samples, but \(dataset.path) has \(dataset.count)")
    }
    guard truth.indices.count == truth.samples.count,
      truth.indices.isSubset(of: Set(dataset.labels.indices))
    else { throw damaged("it names samples twice, or such that there are not") }
    return truth
  }

  /// The name of the manifest in a folder; that of an attack where there are both.
  public static func manifest(in folder: String) -> String {
    func has(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: folder + "/" + name)
    }
    return has(markFile) && !has(poisonFile) ? markFile : poisonFile
  }

  /// The manipulated samples.
  public var indices: Set<Int> { Set(samples.map(\.index)) }

  /// Whether every label is as it was.
  public var keepsLabels: Bool {
    samples.allSatisfy { $0.originalLabel == nil || $0.originalLabel == $0.label }
  }
}
