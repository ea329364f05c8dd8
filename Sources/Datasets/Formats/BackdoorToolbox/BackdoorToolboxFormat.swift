import Support

extension ImageDataset.Format {
  public static let backdoorToolbox = Self(rawValue: "backdoor-toolbox set")
}

/// A set of backdoor-toolbox: the tensors `imgs` and `labels`; of older versions `data/INDEX.png`
/// and the tensor `labels`.
///
/// Nothing in them is run.
struct BackdoorToolboxFormat: DatasetFormat {
  static let expectation = "a backdoor-toolbox set"

  let path: FileName
  let holdsFiles: Bool

  private static let (images, labels, folder, indices) = (
    FileName("imgs"), FileName("labels"), FileName("data"), FileName("poison_indices")
  )

  static func probe(_ place: DatasetPlace) throws -> BackdoorToolboxFormat? {
    guard place.entries.contains(labels), Directory.kind(place.file(labels)) == .file else {
      return nil
    }
    if place.entries.contains(images), Directory.kind(place.file(images)) == .file {
      return BackdoorToolboxFormat(path: FileName(place.path), holdsFiles: false)
    }
    guard Directory.kind(place.file(folder)) == .directory else { return nil }
    return BackdoorToolboxFormat(path: FileName(place.path), holdsFiles: true)
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let tensor = try TorchTensorFile(path / Self.labels)
    let values = try LabelArray(tensor.array)
    let names = classNames ?? (0..<max(values.classCount, 1)).map { String($0) }
    guard holdsFiles else {
      let others = try Directory.entries(path).filter {
        ![Self.images, Self.labels, Self.indices].contains($0)
          && Directory.kind(path / $0) == .file && FileListing.reasonToIgnore($0) == nil
      }
      let part = try BackdoorToolboxPart(
        images: try TorchTensorFile(path / Self.images), labels: tensor, values: values,
        indices: path / Self.indices)
      return try ArrayDataset(
        .backdoorToolbox, parts: [part], classNames: names, sidecars: others.map { path / $0 })
    }
    let files = values.labels.indices.map { Self.folder / FileName("\($0).png") }
    let tree = try DirectoryTree(path)
    let present = Set(tree.listing.files)
    var problems: [Int: String] = [:]
    for (record, file) in files.enumerated() where !present.contains(file) {
      problems[record] = "the file is missing"
    }
    let listed = Set(files)
    let ignored = tree.listing.files.filter { $0.parent == Self.folder && !listed.contains($0) }
    let records = FileTreeRecords(
      format: .backdoorToolbox, tree: tree, classNames: names, files: files,
      labels: values.labels, problems: problems,
      ignored: tree.listing.ignored
        + ignored.map { IgnoredEntry(name: $0, reason: "no label is stated for it") },
      labelling: TensorLabelling(name: Self.labels, tensor: tensor, values: values, files: files))
    return try EncodedDataset(records, limits: options.limits)
  }
}
