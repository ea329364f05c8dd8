import Pickles
import Support

extension ImageDataset.Format {
  public static let backdoorToolbox = Self(rawValue: "backdoor-toolbox set")
}

/// A set of backdoor-toolbox: the tensors `imgs` and `labels`; of older versions `data/INDEX.png`
/// and the tensor `labels`. Nothing in them is run.
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

/// The tensors `imgs` and `labels`, and the list of poisoned samples that may lie beside them.
private struct BackdoorToolboxPart: ArrayPart {
  let images: TorchTensorFile
  let labelFile: TorchTensorFile
  let pixels: PixelArray
  let values: LabelArray
  let indices: FileName

  init(
    images: TorchTensorFile, labels: TorchTensorFile, values: LabelArray, indices: FileName
  ) throws {
    guard images.array.rowCount == labels.array.rowCount else {
      throw FileError.damaged(
        path: labels.array.path,
        reason: "it has \(labels.array.rowCount) labels for \(images.array.rowCount) images",
        advice: "give the labels that belong to the images")
    }
    self.images = images
    labelFile = labels
    pixels = try PixelArray(images.array)
    self.values = values
    self.indices = indices
  }

  var name: FileName { images.source.path.lastComponent }
  var labels: [Int32] { values.labels }
  var sources: [RandomAccessFile] { [images.source, labelFile.source] }

  func storedLabels() throws -> [Int32] { try LabelArray(try labelFile.reread()).labels }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    try images.write(in: directory, change.pixels, keeping: change.kept)
    let labels = try change.labels.isEmpty ? nil : values.changed(change.labels)
    try labelFile.write(in: directory, labels, keeping: change.kept)
    // It counts rows: that of another number would mislead.
    if change.kept == nil, Directory.kind(indices) == .file {
      try RandomAccessFile.copy(indices, to: directory / indices.lastComponent)
    }
  }
}

/// Labels in a tensor, in the order of the numbers that are the files' names.
private struct TensorLabelling: TreeLabelling {
  let name: FileName
  let tensor: TorchTensorFile
  let values: LabelArray
  let files: [FileName]

  var keepsNames: Bool { false }

  func storedLabels() throws -> [Int32] { try LabelArray(try tensor.reread()).labels }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    let kept = files.indices.filter { !changes.removed.contains($0) }
    var names = files
    for (place, record) in kept.enumerated() {
      names[record] = files[place].withKind(changes.kinds[record] ?? files[record].kind)
    }
    var plan = TreeCopyPlan(names: names)
    let changed = values.labels.indices.filter { changes.labels[$0] != values.labels[$0] }
    guard !changed.isEmpty || kept.count < files.count else { return plan }
    let numbers = try values.changed(
      Dictionary(uniqueKeysWithValues: changed.map { ($0, changes.labels[$0]) }))
    let file = try TemporaryFile.make {
      try tensor.fill($0, numbers, keeping: kept.count < files.count ? kept : nil)
    }
    plan.texts[name] = try file.bytes(at: 0, count: file.size)
    return plan
  }
}
