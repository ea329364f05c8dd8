/// What is wrong with a dataset on disk, or with the place a dataset is to be written to.
///
/// Each description is one line: the file, what is wrong, what to do.
public enum DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  case notFound(path: String)
  case unknownFormat(path: String, reason: String)
  case unreadable(path: String, reason: String)
  /// A file whose contents are cut short or not what its name says.
  case damaged(path: String, reason: String, advice: String)
  case labelOutOfRange(path: String, record: Int, label: Int, classCount: Int)
  case sizesDiffer(path: String, shape: ImageShape, other: String, otherShape: ImageShape)
  case missingLabels(path: String, expected: String)
  case unknownClass(path: String, name: String, known: String)
  case empty(path: String, advice: String)
  case singleClass(path: String, name: String)
  case unwritable(path: String, reason: String)
  case outputExists(path: String)
  /// `--force` would delete something that is not ours to delete.
  case outputNotReplaceable(path: String, reason: String)

  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path): there is no such file or folder; check the path"
    case .unknownFormat(let path, let reason):
      "\(path): \(reason); give a CIFAR binary file or folder, an IDX pair, or a folder class/name.png"
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the file and its permissions"
    case .damaged(let path, let reason, let advice):
      "\(path): \(reason); \(advice)"
    case .labelOutOfRange(let path, let record, let label, let classCount):
      "\(path): record \(record) has label \(label), but there are \(classCount) classes; "
        + "correct the labels or the list of class names"
    case .sizesDiffer(let path, let shape, let other, let otherShape):
      "\(path): the image is \(shape.width)×\(shape.height), but \(other) is "
        + "\(otherShape.width)×\(otherShape.height); make all images the same size"
    case .missingLabels(let path, let expected):
      "\(path): its labels are missing; put \(expected) beside it"
    case .unknownClass(let path, let name, let known):
      "\(path): the class '\(name)' is not one of \(known); use the same class folders"
    case .empty(let path, let advice):
      "\(path): there are no images; \(advice)"
    case .singleClass(let path, let name):
      "\(path): all images have the label '\(name)'; purification needs at least two classes"
    case .unwritable(let path, let reason):
      "\(path): cannot be written (\(reason)); check the folder, its permissions and the free space"
    case .outputExists(let path):
      "\(path): the output exists already; choose another or give --force to replace it"
    case .outputNotReplaceable(let path, let reason):
      "\(path): --force will not replace it: \(reason); choose another output"
    }
  }
}
