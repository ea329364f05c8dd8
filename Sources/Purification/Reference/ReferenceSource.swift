import Detection

/// Where reference data come from: a list of samples, another dataset, or a detector.
public enum ReferenceSource: Hashable, Codable, Sendable, CustomStringConvertible {
  /// A list of the dataset's samples (`SampleIndexFile`).
  case list(path: String)
  /// Trusted images from elsewhere.
  case dataset(path: String)
  /// A detector by its name and arguments, such as `knn:100`.
  case detector(String)

  /// From a detector's text, a path that ends in `.txt` (a list), or another path (a dataset);
  /// `nil` if a detector's arguments are wrong.
  public init?(_ text: String) {
    if let detector = Detectors.named(text) {
      guard detector != nil else { return nil }
      self = .detector(text)
    } else {
      self = text.hasSuffix(".txt") ? .list(path: text) : .dataset(path: text)
    }
  }

  public var description: String {
    switch self {
    case .list(let path), .dataset(let path), .detector(let path): path
    }
  }
}
