import Support

/// Writes a changed copy of a dataset: the same layout, the same names, whole or not at all.
///
///     let writer = try DatasetWriter(copying: dataset, to: "purified")
///     try writer.replace(17, image: pixels, label: 3)
///     try TextFile.write(report, to: writer.path + "/report.txt")
///     try writer.commit()
///
/// Samples may be replaced in any order, or removed; all others are copied byte for byte, at once
/// where `copy` names them early, and so are records that are set aside. Memory does not grow with
/// the dataset.
public final class DatasetWriter {
  private let dataset: ImageDataset
  private let options: WritingOptions
  private let directory: AtomicDirectory
  private let writer: any SampleWriter
  private var removed: Set<Int> = []
  private var copied: Set<Int> = []
  private var names: [String]?

  /// - Parameters:
  ///   - output: the new folder.
  ///   - force: replace an output of an earlier run.
  ///   - options: how changed images are written.
  /// - Throws: `FileError` when the output exists, contains the source, lies in it, or cannot be
  ///   written.
  public init(
    copying dataset: ImageDataset, to output: String, force: Bool = false,
    options: WritingOptions = WritingOptions()
  ) throws {
    self.dataset = dataset
    self.options = options
    directory = try AtomicDirectory(output, force: force, inputs: [dataset.path])
    writer = try dataset.indexed.makeWriter(
      in: FileName(directory.path), options: options)
  }

  /// The folder as long as it is not committed; files added to it appear together with the dataset.
  public var path: String { directory.path }

  /// Gives a sample another image (bytes `[H, W, C]`), another label, or both.
  public func replace(_ index: Int, image: [UInt8]? = nil, label: Int32? = nil) throws {
    precondition(names == nil, "DatasetWriter.replace: the layout is finished")
    precondition(
      dataset.labels.indices.contains(index),
      "DatasetWriter.replace: sample \(index) of a dataset of \(dataset.count)")
    precondition(!copied.contains(index), "DatasetWriter.replace: sample \(index) was copied")
    precondition(
      image.map { $0.count == dataset.shape.byteCount } ?? true,
      "DatasetWriter.replace: \(image?.count ?? 0) bytes for an image of \(dataset.shape)")
    precondition(
      label.map { (0..<dataset.classCount).contains(Int($0)) } ?? true,
      "DatasetWriter.replace: label \(label ?? 0) with \(dataset.classCount) classes")
    try writer.replace(
      dataset.records[index],
      image: try image.map {
        try dataset.restored(index, seen: $0, keepsGray: options.keepsGray)
      },
      label: label)
  }

  /// Copies samples now that will be neither replaced nor removed, instead of at the end.
  public func copy(_ samples: some Sequence<Int>) throws {
    precondition(names == nil, "DatasetWriter.copy: the layout is finished")
    for sample in samples where !copied.contains(sample) {
      precondition(
        dataset.labels.indices.contains(sample) && !removed.contains(sample),
        "DatasetWriter.copy: sample \(sample) is outside the dataset or removed")
      try writer.copy(dataset.records[sample])
      copied.insert(sample)
    }
  }

  /// Leaves samples out of the copy; whole classes may become empty.
  public func remove(_ samples: [Int]) throws {
    precondition(names == nil, "DatasetWriter.remove: the layout is finished")
    precondition(
      samples.allSatisfy { dataset.labels.indices.contains($0) && !copied.contains($0) },
      "DatasetWriter.remove: a sample outside a dataset of \(dataset.count), or copied")
    removed.formUnion(samples)
  }

  /// Completes the layout; returns each sample's name in the copy, by index in the source.
  ///
  /// Names change in an image folder, where the class is part of the path, and where samples were
  /// removed: their own names are empty.
  @discardableResult
  public func finishLayout() throws -> [String] {
    if let names { return names }
    let all = try writer.finish(
      removing: dataset.leftOut.union(removed.map { dataset.records[$0] }))
    let finished = dataset.records.map { all[$0] }
    names = finished
    return finished
  }

  /// Finishes the layout if need be and lets the output appear.
  ///
  /// - Parameter token: tells whose output it is, see `AtomicDirectory`.
  /// - Throws: `FileError`, also where the labels of the source have changed meanwhile.
  public func commit(token: String = "") throws {
    try finishLayout()
    try dataset.requireUnchangedLabels()
    try directory.commit(token: token)
  }
}
