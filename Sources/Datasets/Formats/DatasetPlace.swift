import Support

/// A path that may be a dataset's, and the names that are found there.
package struct DatasetPlace {
  /// What the user named.
  let path: String
  /// nil if there is nothing of that name.
  let kind: Directory.Kind?
  /// What a directory holds, sorted by bytes.
  let entries: [FileName]
  /// The part that is wanted of a directory that holds a training and a test set.
  let split: ImageDataset.Split
  let options: DatasetOptions

  package init(
    _ path: String, split: ImageDataset.Split, options: DatasetOptions = DatasetOptions()
  ) throws {
    self.path = path
    self.split = split
    self.options = options
    kind = Directory.kind(FileName(path))
    entries = kind == .directory ? try Directory.entries(FileName(path)) : []
  }

  /// Entries whose names end so.
  func entries(ending suffix: String) -> [FileName] {
    entries.filter { $0.bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
  }

  func file(_ entry: FileName) -> FileName { FileName(path) / entry }
}
