import Support

extension ImageDataset.Format {
  public static let zip = Self(rawValue: "zip of an image folder")
}

/// A zip archive of an image folder, or of Tiny-ImageNet's tree.
package struct ZipFormat: EncodedFormat {
  static let expectation = "a .zip of an image folder"

  let path: FileName
  let split: ImageDataset.Split

  package static func probe(_ place: DatasetPlace) throws -> ZipFormat? {
    let path = FileName(place.path)
    guard place.kind == .file, path.kind == "zip" else { return nil }
    return ZipFormat(path: path, split: place.split)
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let tree = try ZipTree(try ZipFile(path))
    guard !ImageFolderRecords.holdsMetadata(tree.listing) else {
      throw FileError.damaged(
        path: path.description, reason: "its labels stand in a metadata file",
        advice: "unpack it and give the folder")
    }
    return try ImageFolderRecords.index(
      tree, split: split, classNames: classNames, format: .zip)
  }
}
