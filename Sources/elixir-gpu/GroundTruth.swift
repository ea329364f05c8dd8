import Attacks
import Datasets
import Detection
import Foundation
import Tracing

/// Which samples of a dataset were manipulated, by the manifest that came with it.
enum GroundTruth {
  /// - Parameter path: a manifest of `poison` or `mark`, or the folder it lies in.
  /// - Throws: `AttackError` or `TracingError`; `DetectionError.truth` if it is another dataset's.
  static func manipulated(of source: ImageDataset, in path: String) throws -> Set<Int> {
    let (count, samples) = try manifest(path)
    guard count == source.count else {
      throw DetectionError.truth(
        path: path, reason: "it is of \(count) samples, but \(source.path) has \(source.count)")
    }
    return Set(samples)
  }

  /// How many samples the dataset has, and which are poisoned or marked.
  private static func manifest(_ path: String) throws -> (count: Int, samples: [Int]) {
    func has(_ name: String) -> Bool {
      path.hasSuffix(name) || FileManager.default.fileExists(atPath: path + "/" + name)
    }
    if has(MarkManifest.fileName) && !has(PoisonManifest.fileName) {
      let manifest = try MarkManifest.load(path)
      return (manifest.count, manifest.samples.map(\.index))
    }
    let manifest = try PoisonManifest.load(path)
    return (manifest.count, manifest.samples.map(\.index))
  }
}
