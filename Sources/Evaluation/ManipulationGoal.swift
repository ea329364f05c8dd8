import Attacks
import Datasets
import Tracing

/// What whoever manipulated a dataset wants of models that are trained on it.
public enum ManipulationGoal: Sendable {
  case attack(AttackGoal, classCount: Int)
  /// To find marks again, for which the file of the network that they were made with is needed.
  case marks(MarkManifest, markingNetwork: String)

  /// Reads the manifest in the folder of a poisoned or marked dataset.
  ///
  /// - Parameter markingNetwork: needed for marks.
  /// - Throws: `AttackError`, `TracingError`, or `EvaluationError.noMarkingNetwork`.
  init(in folder: String, shape: ImageShape, markingNetwork: String?) throws {
    guard GroundTruth.manifest(in: folder) == GroundTruth.markFile else {
      let manifest = try PoisonManifest.load(folder)
      self = .attack(
        try manifest.attack.goal(in: folder, shape: shape), classCount: manifest.classCount)
      return
    }
    let manifest = try MarkManifest.load(folder)
    guard let markingNetwork else { throw EvaluationError.noMarkingNetwork(path: folder) }
    self = .marks(manifest, markingNetwork: markingNetwork)
  }

  /// Whether success is that of one image.
  var isTargeted: Bool {
    if case .attack(.image, _) = self { true } else { false }
  }
}
