/// Why reference data cannot be detected as asked.
public enum DetectionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sample has only `others` neighbors.
  case neighbors(k: Int, others: Int)
  /// Fewer samples of a class than are to be selected of each.
  case samplesPerClass(Int, name: String, count: Int)
  /// No class has as many samples as the detector needs to judge one.
  case classesTooSmall(needed: Int)
  /// A sample whose features are not finite, or too large to multiply.
  case notANumber(sample: Int)
  case unsuitableModel(path: String, reason: String)
  /// No sample passes.
  case nothingSelected
  case shareOutOfRange(name: String, value: Double)
  /// A share of so few samples that it selects none.
  case noUnmanipulatedSample(recall: Double, count: Int)
  /// A precision that needs more manipulated samples than there are.
  case tooFewManipulated(wanted: Int, count: Int)
  /// An epoch that the victim's training did not have.
  case epoch(Int, count: Int)
  /// Fewer samples of a class than parts in which it is to be.
  case folds(Int, name: String, count: Int)
  /// Something that the detector cannot do without.
  case missing(String)

  public var description: String {
    switch self {
    case .neighbors(let k, let others):
      "\(k) neighbors: a sample has \(others) others; use 1 to \(others)"
    case .samplesPerClass(let wanted, let name, let count):
      "\(wanted) samples of each class: the class '\(name)' has only \(count); "
        + "use at most that many"
    case .classesTooSmall(let needed):
      "no class has \(needed) samples, with which the detector could judge it; "
        + "use another detector"
    case .notANumber(let sample):
      "the features of sample \(sample) are not finite numbers; check the classifier's weights"
    case .unsuitableModel(let path, let reason):
      "\(path): \(reason); give a classifier made for such images"
    case .nothingSelected:
      "no sample has the label that most of its neighbors have; choose another number "
        + "of neighbors or another classifier"
    case .shareOutOfRange(let name, let value):
      "\(name) \(value): use a share above 0, at most 1"
    case .noUnmanipulatedSample(let recall, let count):
      "a recall of \(recall) selects none of \(count) unmanipulated samples; use a higher one"
    case .tooFewManipulated(let wanted, let count):
      "this precision and recall need \(wanted) manipulated samples, but there are \(count); "
        + "use a higher precision or a lower recall"
    case .epoch(let epoch, let count):
      "epoch \(epoch): the victim was trained for \(count); use 1 to \(count)"
    case .folds(let folds, let name, let count):
      "the class '\(name)' has \(count) samples, too few for each of \(folds) parts to have one; "
        + "leave it out or give it more"
    case .missing(let what): "the detector needs \(what); give it"
    }
  }
}
