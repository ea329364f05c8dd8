import Support

/// Which folders of a tree are classes, and which parts the dataset has.
///
/// The classes are the folders at the top; or those of `train/`, `val/`, `test/`, where these are
/// the folders at the top; or those of a single folder that holds nothing else.
struct ClassFolders {
  /// The folder whose folders are the classes of the wanted part.
  let base: FileName
  /// Names of the classes of all parts, by bytes.
  let classes: [FileName]
  /// The folders of the other parts.
  let otherSplits: [FileName]

  static let splitNames: [(split: ImageDataset.Split, names: [String])] = [
    (.training, ["train", "training"]),
    (.validation, ["val", "valid", "validation", "dev"]),
    (.test, ["test", "testing"]),
  ]

  /// Throws `FileError.damaged` if the wanted part is not there.
  init(of listing: FileListing, split wanted: ImageDataset.Split, path: String) throws {
    var base = FileName("")
    while let only = Self.onlyFolder(in: base, of: listing) { base = only }
    let splits = Self.splits(in: base, of: listing)
    guard !splits.isEmpty else {
      self.base = base
      classes = listing.folders(in: base).map(\.lastComponent)
      otherSplits = []
      return
    }
    guard let chosen = splits.first(where: { $0.split == wanted }) else {
      let found = splits.map { "\($0.folder)/" }.joined(separator: ", ")
      throw FileError.damaged(
        path: path, reason: "it holds \(found), but no \(wanted.rawValue) set",
        advice: "ask for the part that is there, or name its folder")
    }
    self.base = chosen.folder
    classes = Set(splits.flatMap { listing.folders(in: $0.folder).map(\.lastComponent) }).sorted()
    otherSplits = splits.map(\.folder).filter { $0 != chosen.folder }
  }

  /// The parts among the folders of `base`: several that hold folders, or all that are there.
  private static func splits(
    in base: FileName, of listing: FileListing
  ) -> [(split: ImageDataset.Split, folder: FileName)] {
    let folders = listing.folders(in: base)
    let found = splitNames.compactMap { split, names in
      folders.first { folder in
        names.contains(folder.lastComponent.description.lowercased())
          && !listing.folders(in: folder).isEmpty
      }.map { (split, $0) }
    }
    return found.count > 1 || found.count == folders.count ? found : []
  }

  /// A folder that is alone in `folder` and holds folders, but no image.
  private static func onlyFolder(in folder: FileName, of listing: FileListing) -> FileName? {
    let folders = listing.folders(in: folder)
    guard folders.count == 1, let only = folders.first, !listing.folders(in: only).isEmpty,
      splits(in: folder, of: listing).isEmpty,
      !listing.folders.contains(where: {
        ($0.name == folder || $0.name == only) && $0.files.contains(where: ImageFileKinds.isImage)
      })
    else { return nil }
    return only
  }
}
