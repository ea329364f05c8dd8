import Support

extension ImageDataset {
  /// Opens a dataset, its format found from the path.
  ///
  /// - a CIFAR-10 or CIFAR-100 binary file, or the folder that holds such files;
  /// - either file of an IDX pair (`NAME-images-idx3-ubyte`, `NAME-labels-idx1-ubyte`), their
  ///   common prefix, or a folder that holds them;
  /// - a folder of class folders of PNG files.
  ///
  /// Only headers are read: an image whose body is damaged is an error when it is decoded; see
  /// `requireReadableImages`.
  ///
  /// - Parameters:
  ///   - split: the part wanted of a folder that holds a training and a test set.
  ///   - classNames: names of a related dataset's classes, so that labels mean the same in both.
  /// - Throws: `DatasetError` or `FileError` for anything unreadable, damaged or inconsistent.
  public static func open(
    _ path: String, split: Split = .training, classNames: [String]? = nil
  ) throws -> ImageDataset {
    let indexed = try DatasetFormats.probe(try DatasetPlace(path, split: split))
      .index(classNames: classNames)
    let dataset = ImageDataset(
      path: path, shape: indexed.shape, classNames: classNames ?? indexed.classNames,
      labels: indexed.records.labels, indexed: indexed)
    guard dataset.count > 0 else {
      throw DatasetError.empty(path: path, advice: "give a dataset with at least one image")
    }
    try dataset.requireLabels(below: dataset.classCount)
    return dataset
  }
}
