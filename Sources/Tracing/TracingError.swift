/// Why images cannot be marked, or a model cannot be traced.
///
/// Values of parameters that cannot be used are `ParameterError`s.
public enum TracingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which of the two networks an error is about.
  public enum Role: String, Sendable {
    case marking = "the marking network"
    case traced = "the traced model"
  }

  case channels(role: Role, network: Int, images: Int)
  case classes(role: Role, network: Int, images: Int)
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
    case .otherMarkingNetwork(let expected, let found):
      "the marking network has the checksum \(found), but the marks were made with \(expected); "
        + "give the network that they were made with"
    case .tooFewImages(let count, let needed):
      "\(count) images are too few to align the networks on; give at least \(needed)"
    case .uselessFeatures(let role):
      "\(role.rawValue) has no usable features of the images (all zero, or not numbers); "
        + "give a trained network"
    case .manifest(let path, let reason):
      "\(path): \(reason); give the manifest that was written beside the marked dataset"
    }
  }
}
