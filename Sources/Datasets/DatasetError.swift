/// What is wrong with a dataset on disk, beside what `FileError` says.
///
/// Each description is one line: the file, what is wrong, what to do.
public enum DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownFormat(path: String, reason: String)
  case labelOutOfRange(path: String, record: Int, label: Int, classCount: Int)
  case sizesDiffer(
    path: String, name: String, shape: ImageShape, other: String, otherShape: ImageShape)
  case setAside(path: String, count: Int, name: String, reason: String)
  case missingLabels(path: String, expected: String)
  case unknownClass(path: String, name: String, known: String)
  case empty(path: String, advice: String)
  case singleClass(path: String, name: String)

  public var description: String {
    switch self {
    case .unknownFormat(let path, let reason):
      "\(path): \(reason); give \(DatasetFormats.expectation)"
    case .labelOutOfRange(let path, let record, let label, let classCount):
      "\(path): record \(record) has label \(label), but there are \(classCount) classes; "
        + "correct the labels or the list of class names"
    case .sizesDiffer(let path, let name, let shape, let other, let otherShape):
      "\(path): \(name) is \(shape.width)×\(shape.height), but \(other) is "
        + "\(otherShape.width)×\(otherShape.height); choose one size at which networks see them"
    case .setAside(let path, let count, let name, let reason):
      "\(path): \(count) records cannot be used, \(name) for one: \(reason); "
        + "correct or remove them, or let them be set aside"
    case .missingLabels(let path, let expected):
      "\(path): its labels are missing; put \(expected) beside it"
    case .unknownClass(let path, let name, let known):
      "\(path): the class '\(name)' is not one of \(known); use the same class folders"
    case .empty(let path, let advice):
      "\(path): there are no images; \(advice)"
    case .singleClass(let path, let name):
      "\(path): all images have the label '\(name)'; purification needs at least two classes"
    }
  }
}
