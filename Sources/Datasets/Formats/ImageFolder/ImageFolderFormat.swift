import Support

extension ImageDataset.Format {
  public static let imageFolder = Self(rawValue: "image folder")
}

/// A folder of class folders of image files, at any depth below the class.
package struct ImageFolderFormat: EncodedFormat {
  static let expectation = "a folder of class folders of images"

  let path: String
  let split: ImageDataset.Split

  package static func probe(_ place: DatasetPlace) throws -> ImageFolderFormat? {
    place.kind == .directory ? ImageFolderFormat(path: place.path, split: place.split) : nil
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    try ImageFolderRecords.index(
      try DirectoryTree(FileName(path)), split: split, classNames: classNames,
      format: .imageFolder)
  }
}
