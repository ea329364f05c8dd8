import Support

extension ImageDataset.Format {
  public static let imageFolder = Self(rawValue: "image folder")
}

/// A folder of class folders of image files, at any depth below the class.
struct ImageFolderFormat: DatasetFormat {
  static let expectation = "a folder class/name.png"

  let path: String
  let split: ImageDataset.Split

  static func probe(_ place: DatasetPlace) throws -> ImageFolderFormat? {
    place.kind == .directory ? ImageFolderFormat(path: place.path, split: place.split) : nil
  }

  /// The images as files.
  func records(classNames: [String]?) throws -> any EncodedRecords {
    try ImageFolderRecords.index(
      try DirectoryTree(FileName(path)), split: split, classNames: classNames,
      format: .imageFolder)
  }

  func index(classNames: [String]?) throws -> any IndexedDataset {
    let scan = try ImageFolderScan(FileName(path))
    guard !scan.classes.isEmpty else {
      throw DatasetError.empty(path: path, advice: "put PNG files into one folder a class")
    }
    let names = classNames ?? scan.classes.map(\.description)
    var labels: [FileName: Int32] = [:]
    for (label, name) in names.enumerated() { labels[FileName(escaped: name)] = Int32(label) }
    let records = RecordTable(
      files: scan.files,
      labels: try scan.files.map { file in
        guard let label = labels[file.firstComponent] else {
          throw DatasetError.unknownClass(
            path: path, name: file.firstComponent.description,
            known: names.joined(separator: ", "))
        }
        return label
      })
    return ImageFolderDataset(
      root: FileName(path), shape: try commonShape(of: scan.files), classNames: names,
      records: records)
  }

  /// The size of all images by their headers, with one channel if all are gray.
  private func commonShape(of files: [FileName]) throws -> ImageShape {
    guard let first = files.first else {
      throw DatasetError.empty(path: path, advice: "put PNG files into the class folders")
    }
    let root = FileName(path)
    let shapes = try Parallel.map(files.count) { part in
      try files[part].map { try ImageFolderDataset.codec(of: $0).shape(of: root / $0) }
    }
    var shape = shapes[0]
    for (file, other) in zip(files, shapes) {
      guard other.height == shape.height, other.width == shape.width else {
        throw DatasetError.sizesDiffer(
          path: (root / file).description, shape: other, other: (root / first).description,
          otherShape: shape)
      }
      shape.channels = max(shape.channels, other.channels)
    }
    return shape
  }
}
