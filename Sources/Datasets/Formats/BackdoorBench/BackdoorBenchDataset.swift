import Support

/// A clean dataset in which some samples are replaced by files; or these files alone.
struct BackdoorBenchDataset: IndexedDataset {
  /// Where a record is.
  enum Place {
    case clean(Int)
    case changed(Int)
  }

  let classNames: [String]
  let labels: [Int32]
  let clean: (any IndexedDataset)?
  let changed: EncodedDataset
  let places: [Place]
  /// The indices of records in the clean dataset, which are their names.
  private let indices: [Int]

  /// - Parameters:
  ///   - path: of the record's folder.
  ///   - files: below it, by index.
  ///   - labels: of these.
  /// - Throws: `FileError.damaged` if the clean dataset has fewer samples.
  init(
    path: FileName, classNames: [String], clean: (any IndexedDataset)?, files: [Int: FileName],
    labels changedLabels: [Int: Int32], limits: ImageLimits
  ) throws {
    let stored = changedLabels.keys.sorted()
    if let clean, let last = stored.last, last >= clean.labels.count {
      throw FileError.damaged(
        path: path.description,
        reason: "it changes sample \(last), but the clean dataset has \(clean.labels.count)",
        advice: "name the dataset that was attacked")
    }
    let missing = FileName("missing")
    let names = stored.map { files[$0] ?? missing / FileName("\($0).png") }
    let tree = DirectoryTree(path, files: names)
    let problems = names.enumerated().compactMap { place, name in
      tree.listing.problems[name].map { (place, $0) }
    }
    changed = try EncodedDataset(
      FileTreeRecords(
        format: .backdoorBench, tree: tree, classNames: classNames, files: names,
        labels: stored.map { changedLabels[$0] ?? ImageDataset.unlabelled },
        problems: Dictionary(uniqueKeysWithValues: problems), ignored: [],
        labelling: NoLabelling(files: names)), limits: limits)
    let ranks = Dictionary(uniqueKeysWithValues: stored.enumerated().map { ($1, $0) })
    indices = clean.map { Array($0.labels.indices) } ?? stored
    places = indices.map { index in ranks[index].map { .changed($0) } ?? .clean(index) }
    labels = indices.map { changedLabels[$0] ?? clean?.labels[$0] ?? ImageDataset.unlabelled }
    self.clean = clean
    self.classNames = classNames
  }

  var format: ImageDataset.Format { .backdoorBench }
  var holdsPlainBytes: Bool { false }
  var decoders: [String] { Array(Set((clean?.decoders ?? []) + changed.decoders)).sorted() }

  /// The dataset of a record, and its number there.
  private func locate(_ record: Int) -> (dataset: any IndexedDataset, record: Int) {
    switch places[record] {
    case .changed(let number): return (changed, number)
    case .clean(let number):
      guard let clean else { preconditionFailure("BackdoorBenchDataset: no clean dataset") }
      return (clean, number)
    }
  }

  func name(of record: Int) -> FileName { FileName("\(indices[record])") }

  func problem(of record: Int) -> String? {
    let (dataset, number) = locate(record)
    return dataset.problem(of: number)
  }

  func shape(of record: Int) -> ImageShape? {
    let (dataset, number) = locate(record)
    return dataset.shape(of: number)
  }

  func image(of record: Int, channels: Int?) throws -> RasterImage {
    let (dataset, number) = locate(record)
    return try dataset.image(of: number, channels: channels)
  }

  func storedLabels() throws -> [Int32] {
    let clean = try clean?.storedLabels()
    return places.indices.map { record in
      switch places[record] {
      case .changed: labels[record]
      case .clean(let number): clean?[number] ?? ImageDataset.unlabelled
      }
    }
  }

  func addContents(to hash: inout SHA256) throws {
    try clean?.addContents(to: &hash)
    try changed.addContents(to: &hash)
  }

  /// A record has no place for a changed sample of the clean dataset: the copy is a folder of
  /// class folders.
  func makeWriter(
    in directory: FileName, options: WritingOptions
  ) throws -> any SampleWriter {
    try ClassFolderWriter(source: self, directory: directory)
  }

  /// The bytes of a record's file as it lies on disk, and its ending; nil if it is no file.
  func file(of record: Int) throws -> (contents: [UInt8], kind: String)? {
    let (dataset, number) = locate(record)
    guard let encoded = dataset as? EncodedDataset else { return nil }
    return (
      try encoded.source.contents(of: number, first: nil), encoded.source.name(of: number).kind
    )
  }
}
