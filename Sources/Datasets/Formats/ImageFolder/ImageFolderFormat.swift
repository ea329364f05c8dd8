import Support

extension ImageDataset.Format {
  public static let imageFolder = Self(rawValue: "image folder")
}

/// A folder of class folders of image files, at any depth below the class, or of images that a
/// table lists.
package struct ImageFolderFormat: EncodedFormat {
  static let expectation = "a folder of class folders of images"

  let path: String
  let split: ImageDataset.Split
  let options: DatasetOptions

  package static func probe(_ place: DatasetPlace) throws -> ImageFolderFormat? {
    place.kind == .directory
      ? ImageFolderFormat(path: place.path, split: place.split, options: place.options) : nil
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let tree = try DirectoryTree(FileName(path))
    return try MetadataFolder.index(
      tree, split: split, classNames: classNames, options: options, format: .huggingFaceFolder)
      ?? ImageFolderRecords.index(
        tree, split: split, classNames: classNames, format: .imageFolder)
  }
}
