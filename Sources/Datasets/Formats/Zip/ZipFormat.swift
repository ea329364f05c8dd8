import Support

extension ImageDataset.Format {
  public static let zip = Self(rawValue: "zip of an image folder")
}

/// A zip archive of an image folder, or of Tiny-ImageNet's tree.
package struct ZipFormat: EncodedFormat {
  static let expectation = "a .zip of an image folder"

  let path: FileName
  let split: ImageDataset.Split
  let options: DatasetOptions

  package static func probe(_ place: DatasetPlace) throws -> ZipFormat? {
    let path = FileName(place.path)
    guard place.kind == .file, path.kind == "zip" else { return nil }
    return ZipFormat(path: path, split: place.split, options: place.options)
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let tree = try ZipTree(try ZipFile(path))
    if let base = TinyImageNetFormat.base(of: tree.listing) {
      return try TinyImageNetFormat.index(tree, below: base, split: split, classNames: classNames)
    }
    return try MetadataFolder.index(
      tree, split: split, classNames: classNames, options: options, format: .zip)
      ?? ImageFolderRecords.index(tree, split: split, classNames: classNames, format: .zip)
  }
}
