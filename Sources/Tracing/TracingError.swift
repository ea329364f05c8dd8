/// Why images cannot be marked, or a model cannot be traced.
public enum TracingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which of the two networks an error is about.
  public enum Role: String, Sendable {
    case marking = "the marking network"
    case traced = "the traced model"
  }

  case channels(role: Role, network: Int, images: Int)
  case classes(role: Role, network: Int, images: Int)
  case budgetOutOfRange(budget: Double)
  case classOutOfRange(label: Int32, classCount: Int)
  /// The budget selects no image of a class that is to be marked.
  case nothingToMark(label: Int32, count: Int, budget: Double)
  /// The marks were made with another network than the one given.
  case otherMarkingNetwork(expected: String, found: String)
  case tooFewImages(count: Int, needed: Int)
  /// A network's features contain NaN or infinity, or are all zero.
  case uselessFeatures(role: Role)
  case manifest(path: String, reason: String)

  public var description: String {
    switch self {
    case .channels(let role, let network, let images):
      "\(role.rawValue) takes images of \(network) channels, but the images have \(images); "
        + "give one that was trained on such images"
    case .classes(let role, let network, let images):
      "\(role.rawValue) has \(network) classes, but the marked dataset has \(images); "
        + "give one that was trained on the same classes"
    case .budgetOutOfRange(let budget):
      "--budget \(budget): the share of images must lie above 0 and be at most 1"
    case .classOutOfRange(let label, let classCount):
      "--classes: there is no class \(label); the dataset has the classes 0 to \(classCount - 1)"
    case .nothingToMark(let label, let count, let budget):
      "--budget \(budget): this selects none of the \(count) images of class \(label); "
        + "choose a greater budget, or other --classes"
    case .otherMarkingNetwork(let expected, let found):
      "the marking network has the checksum \(found), but the marks were made with \(expected); "
        + "give the network that 'elixir-gpu mark' was given"
    case .tooFewImages(let count, let needed):
      "\(count) images are too few to align the networks on; give at least \(needed)"
    case .uselessFeatures(let role):
      "\(role.rawValue) has no usable features of the images (all zero, or not numbers); "
        + "give a trained network"
    case .manifest(let path, let reason):
      "\(path): \(reason); it is written by 'elixir-gpu mark' beside the dataset"
    }
  }
}
