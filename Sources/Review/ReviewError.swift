/// What can go wrong with a review.
public enum ReviewError: Error, Equatable, CustomStringConvertible {
  /// The dataset is not the one that was purified.
  case otherDataset(path: String, purified: String)
  case noSample(Int)
  /// A sample that the run left out has been given a label.
  case leftOut(sample: String)
  /// An output in which a recorded sample is missing.
  case otherOutput(path: String, sample: String)

  public var description: String {
    switch self {
    case .otherDataset(let path, let purified):
      "\(path): not the dataset that was purified (\(purified)); its images or labels differ"
    case .noSample(let sample): "there is no sample \(sample), or no such picture of it"
    case .leftOut(let sample):
      "\(sample): it was relabeled, but the run left it out; take the decision back"
    case .otherOutput(let path, let sample):
      "\(path): sample \(sample) is not there; this is not the output that was reviewed"
    }
  }
}
