import Datasets
import Reports
import Runs
import Support

/// What a method found: its part of the report.
///
/// `report.json` keeps all but what is read from other files of the output.
public protocol PurificationFindings: Codable {
  /// Lines for the terminal, before the conclusion.
  var summary: [String] { get }
  /// Paragraphs and chapters for the page.
  func chapters(_ data: PurifiedData) throws -> [ReportChapter]
  /// What was chosen or found, by name.
  var parameters: [(String, String)] { get }
  var warnings: [String] { get }
  /// Evidence by class, for the run's record.
  func targetRecords() throws -> [TargetRecord]
  /// Whether there is no sign of poison.
  var isClean: Bool { get }
  /// One sentence on the outcome; nil for one that counts what changed.
  func conclusion(_ data: PurifiedData, _ changes: PurificationChanges) -> String?
  /// Why the result is not to be relied on, with what would help; empty if it is.
  func doubts(_ data: PurifiedData, _ changes: PurificationChanges) -> [String]
  /// What the page says first; nil for the conclusion.
  func headline(_ data: PurifiedData, _ changes: PurificationChanges) -> ReportHeadline?
  /// Reads what the page shows from other files of the output.
  mutating func readFiles(of folder: String) throws
}

extension PurificationFindings {
  public var summary: [String] { [] }
  public var warnings: [String] { [] }
  public func targetRecords() throws -> [TargetRecord] { [] }
  public var isClean: Bool { false }
  public func conclusion(_: PurifiedData, _: PurificationChanges) -> String? { nil }
  public func doubts(_: PurifiedData, _: PurificationChanges) -> [String] { [] }
  public func headline(_: PurifiedData, _: PurificationChanges) -> ReportHeadline? { nil }
  public mutating func readFiles(of folder: String) throws {}
}

/// The dataset in a report.
public struct PurifiedData: Codable, Sendable {
  public var path: String
  public var format: String
  public var samples: Int
  /// The limit of a trial with a part of the samples, and how many it leaves out; nil for no trial.
  public var limit: Int?
  public var leftOut: Int?
  public var shape: ImageShape
  public var classNames: [String]
  public var fingerprint: String
  /// Records that are no samples and stay as they are.
  public var setAside: [SetAsideRecord]
  /// What lies in the dataset's place and is no record.
  public var ignored: [IgnoredEntry]
  /// What decoded the images; empty if they are stored as plain bytes.
  public var decoders: [String]

  init(_ dataset: ImageDataset, fingerprint: String) {
    path = dataset.path
    format = dataset.format.rawValue
    samples = dataset.count
    limit = dataset.limit
    leftOut = dataset.limit.map { _ in dataset.leftOutCount }
    shape = dataset.shape
    classNames = dataset.classNames
    setAside = dataset.setAside
    ignored = dataset.ignored
    decoders = dataset.decoders
    self.fingerprint = fingerprint
  }

  /// A label with its class, such as `3 (cat)`.
  func name(_ label: Int) -> String { "\(label) (\(classNames[label]))" }
}

/// What the output has that the input has not.
public struct PurificationChanges: Equatable, Codable, Sendable {
  public var labels = 0
  /// Images whose bytes changed.
  public var images = 0
  /// Samples left out of the output.
  public var dropped = 0
  /// Mean over the changed images of their greatest change of a byte, in 1/255.
  public var meanGreatest = 0.0
  /// The greatest change of any byte, in 1/255.
  public var greatest = 0
  /// Mean over all bytes of the changed images, in 1/255.
  public var meanAbsolute = 0.0

  /// - Parameter images: changes of the changed images, in the order of samples, so sums repeat.
  init(labels: Int, images: [ImageChange], dropped: Int) {
    self.labels = labels
    self.images = images.count
    self.dropped = dropped
    let count = Double(max(images.count, 1))
    meanGreatest = images.reduce(0) { $0 + Double($1.greatest) } / count
    greatest = images.map(\.greatest).max() ?? 0
    meanAbsolute = images.reduce(0) { $0 + $1.mean } / count
  }
}

extension PurificationChanges {
  /// For the head of a page.
  func figures(of data: PurifiedData) -> [ReportHeadline.Figure] {
    var figures = [
      ReportHeadline.Figure(
        "Samples", NumberFormat.count(data.samples), "in \(data.classNames.count) classes"),
      ReportHeadline.Figure(
        "Images changed", NumberFormat.count(images),
        images > 0 ? "at most \(greatest)/255 in a pixel" : ""),
    ]
    if labels > 0 { figures.append(.init("Labels changed", NumberFormat.count(labels))) }
    if dropped > 0 { figures.append(.init("Samples left out", NumberFormat.count(dropped))) }
    return figures
  }
}
