/// Why datasets cannot be evaluated against each other.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// The datasets are not copies of each other.
  case counts(path: String, count: Int, expected: Int)
  /// A sample of the poisoned dataset is not in the other one.
  case missingSample(path: String, name: String)
  /// A marked dataset without the network to trace with.
  case noMarkingNetwork(path: String)

  public var description: String {
    switch self {
    case .counts(let path, let count, let expected):
      "\(path): \(count) images, but the poisoned dataset has \(expected); "
        + "give the copies of one dataset"
    case .missingSample(let path, let name):
      "\(path): there is no \(name), neither in purified.csv nor by name; "
        + "give what was made of the poisoned dataset"
    case .noMarkingNetwork(let path):
      "\(path): its images are marked; the network that they were marked with is needed"
    }
  }
}
