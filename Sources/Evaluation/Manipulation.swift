import Attacks
import Datasets
import Foundation
import Tracing

/// What was done to a dataset before it was purified, by the manifest that came with it.
public enum Manipulation: Sendable {
  case poison(PoisonManifest, AttackGoal)
  /// Marks, and the path of the network they were made with.
  case marks(MarkManifest, markingNetwork: String)

  /// Reads the manifest that `poison` or `mark` wrote into `folder`.
  ///
  /// - Parameter markingNetwork: needed for marks.
  /// - Throws: `AttackError`, `TracingError`, or `EvaluationError.noMarkingNetwork`.
  init(in folder: String, shape: ImageShape, markingNetwork: String?) throws {
    func has(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: folder + "/" + name)
    }
    guard has(MarkManifest.fileName), !has(PoisonManifest.fileName) else {
      let manifest = try PoisonManifest.load(folder)
      self = .poison(manifest, try manifest.goal(in: folder, shape: shape))
      return
    }
    let manifest = try MarkManifest.load(folder)
    guard let markingNetwork else { throw EvaluationError.noMarkingNetwork(path: folder) }
    self = .marks(manifest, markingNetwork: markingNetwork)
  }

  /// Samples of the whole dataset.
  var count: Int {
    switch self {
    case .poison(let manifest, _): manifest.count
    case .marks(let manifest, _): manifest.count
    }
  }

  /// The manipulated samples.
  var samples: [Int] {
    switch self {
    case .poison(let manifest, _): manifest.samples.map(\.index)
    case .marks(let manifest, _): manifest.samples.map(\.index)
    }
  }

  /// Labels before the manipulation, by sample, where they differ.
  var originalLabels: [Int: Int32] {
    guard case .poison(let manifest, _) = self else { return [:] }
    return Dictionary(uniqueKeysWithValues: manifest.samples.map { ($0.index, $0.originalLabel) })
  }

  /// Whether all labels are as they were.
  var isCleanLabel: Bool {
    guard case .poison(let manifest, _) = self else { return true }
    return manifest.attack.isCleanLabel
  }

  /// Whether success is that of one image.
  var isTargeted: Bool {
    guard case .poison(let manifest, _) = self else { return false }
    return manifest.mapping == .oneImage
  }
}
