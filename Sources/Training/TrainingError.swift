/// A training that cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss became NaN or infinite near a step; `state` is the last good state that was saved.
  case diverged(step: Int, state: String?)
  /// The saved state belongs to a training with other options, images or device.
  case otherTraining(path: String, difference: String)
  /// The saved state cannot be understood.
  case badState(path: String, reason: String)
  /// The model that a training was to go on from does not suit.
  case initialModel(path: String, reason: String)
  case tooFewImages(count: Int, needed: Int)
  case images(String)
  /// A network that cannot be trained so.
  case network(String)
  /// An earlier training's output is in the way.
  case outputExists(path: String)
  case noFolder(path: String)
  /// Ranks that share a step do not have the same.
  case ranksDiffer(what: String)
  /// Some ranks would have nothing to do.
  case fewBlocks(Int, ranks: Int)

  public var description: String {
    switch self {
    case .diverged(let step, let state):
      "training diverged: the loss became NaN or infinite before step \(step); lower the learning "
        + "rate" + (state.map { " (the last good state is in \($0))" } ?? "")
    case .otherTraining(let path, let difference):
      "\(path): was saved by a training that differs from this one (\(difference)); give the same "
        + "to resume, or train anew"
    case .badState(let path, let reason):
      "\(path): not a usable training state: \(reason); delete it to train anew"
    case .initialModel(let path, let reason): "\(path): no model to go on from: \(reason)"
    case .tooFewImages(let count, let needed):
      "\(count) images are too few to train on; at least \(needed) are needed"
    case .images(let reason), .network(let reason): reason
    case .outputExists(let path):
      "\(path) exists already; resume its training, or choose another"
    case .noFolder(let path): "there is no folder \(path); create it first"
    case .ranksDiffer(let what):
      "the ranks do not have the same \(what): give all of them the same command and files"
    case .fewBlocks(let count, let ranks):
      "batches of \(count) \(count == 1 ? "block" : "blocks") cannot be shared by \(ranks) ranks"
    }
  }
}
