/// Why a dataset cannot be sifted as asked.
public enum SiftingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Fewer samples of a class than are to be chosen of each.
  case samplesPerClass(Int, name: String, count: Int)
  case total(Int, count: Int)
  /// A total that leaves a class without a sample.
  case noneOfClass(total: Int, name: String)
  case singleSample(name: String)
  case singleClass
  case notANumber(sample: Int, sifter: Int)

  public var description: String {
    switch self {
    case .samplesPerClass(let wanted, let name, let count):
      "\(wanted) samples of each class: the class '\(name)' has only \(count); "
        + "use at most that many"
    case .total(let wanted, let count):
      "\(wanted) samples of \(count) cannot be chosen; use 1 to \(count)"
    case .noneOfClass(let total, let name):
      "\(total) samples shared out by size leave none to the class '\(name)'; choose more, or so "
        + "many of each class"
    case .singleSample(let name):
      "the class '\(name)' has one image, which can be compared with none; leave it out, "
        + "or add images"
    case .singleClass:
      "all images have one label; sifting compares what a classifier learns of at least two classes"
    case .notANumber(let sample, let sifter):
      "sifter \(sifter + 1) gave sample \(sample) a loss or weight that is not finite; lower the "
        + "learning rate"
    }
  }
}
