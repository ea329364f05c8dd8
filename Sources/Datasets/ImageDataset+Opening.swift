import ComputeBackend
import Support

extension ImageDataset {
  /// Opens a dataset, its format found from the path; see `DatasetFormats` for what is read.
  ///
  /// Every image file is decoded once, so that damaged ones are set aside before anything begins;
  /// see `DecodedImages`.
  ///
  /// - Parameters:
  ///   - split: the part wanted of a dataset that holds several.
  ///   - classNames: names of a related dataset's classes, so that labels mean the same in both.
  /// - Throws: `DatasetError` or `FileError` for anything unreadable or inconsistent, and for a
  ///   dataset without samples.
  public static func open(
    _ path: String, split: Split = .training, classNames: [String]? = nil,
    options: DatasetOptions = DatasetOptions()
  ) throws -> ImageDataset {
    let place = try DatasetPlace(path, split: split, options: options)
    let indexed = try DatasetFormats.probe(place)
      .index(classNames: classNames, options: options)
    var records = DatasetRecords(indexed)
    guard !indexed.labels.isEmpty else {
      throw DatasetError.empty(path: path, advice: "give a dataset with at least one image")
    }
    if let limit = options.limit { records.choose(limit) }
    let shape = try records.shape(options, path: path)
    let decoded = try indexed.holdsPlainBytes ? nil : records.decode(as: shape)
    if options.isStrict, let first = records.problems.first {
      throw DatasetError.setAside(
        path: path, count: records.problems.count, name: first.name, reason: first.reason)
    }
    guard !records.samples.isEmpty else {
      throw DatasetError.empty(
        path: path,
        advice: records.problems.first.map { "\($0.name): \($0.reason)" }
          ?? "give a dataset with labels")
    }
    let dataset = ImageDataset(
      path: path, shape: shape, classNames: classNames ?? indexed.classNames,
      labels: records.samples.map { indexed.labels[$0] }, setAside: records.setAside,
      leftOut: records.leftOut, limit: records.leftOut.isEmpty ? nil : options.limit,
      indexed: indexed, records: records.samples, decoded: decoded)
    try dataset.requireLabels(below: dataset.classCount)
    return dataset
  }
}

/// Which records of a dataset are samples, found out step by step.
private struct DatasetRecords {
  private let indexed: any IndexedDataset
  private(set) var samples: [Int]
  /// Why others are none, by record.
  private var reasons: [Int: String] = [:]
  private var isUnlabelled: Set<Int> = []
  /// Samples that are not chosen.
  private(set) var leftOut: Set<Int> = []

  init(_ indexed: any IndexedDataset) {
    self.indexed = indexed
    for (record, label) in indexed.labels.enumerated() {
      if let problem = indexed.problem(of: record) {
        reasons[record] = problem
      } else if label == ImageDataset.unlabelled {
        reasons[record] = "it has no label"
        isUnlabelled.insert(record)
      }
    }
    let reasons = reasons
    samples = indexed.labels.indices.filter { reasons[$0] == nil }
  }

  /// In the order of records.
  var setAside: [SetAsideRecord] { list { _ in true } }

  /// Those of `setAside` with something wrong.
  var problems: [SetAsideRecord] { list { !isUnlabelled.contains($0) } }

  private func list(_ isListed: (Int) -> Bool) -> [SetAsideRecord] {
    reasons.keys.sorted().filter(isListed).map {
      SetAsideRecord(name: indexed.name(of: $0).description, reason: reasons[$0] ?? "")
    }
  }

  /// Keeps so many samples at most, of each class about the same share, but at least one.
  mutating func choose(_ limit: Int) {
    guard limit < samples.count else { return }
    let byLabel = Dictionary(grouping: samples) { indexed.labels[$0] }.sorted { $0.key < $1.key }
    // Of each class as many as fall to it where classes follow each other.
    var (before, chosen) = (0, Set<Int>())
    for (label, members) in byLabel {
      let share = (before + members.count) * limit / samples.count - before * limit / samples.count
      var random = PhiloxGenerator(seed: 0, stream: UInt32(label), purpose: .trialSamples)
      chosen.formUnion(random.choose(max(1, share), of: members))
      before += members.count
    }
    leftOut = Set(samples).subtracting(chosen)
    samples.removeAll { !chosen.contains($0) }
  }

  /// The shape that networks see: the common one, or a square.
  func shape(_ options: DatasetOptions, path: String) throws -> ImageShape {
    var common: (record: Int, shape: ImageShape)?
    var isCommon = true
    for record in samples {
      guard let shape = indexed.shape(of: record) else { continue }
      guard let first = common else {
        common = (record, shape)
        continue
      }
      let isSame = shape.height == first.shape.height && shape.width == first.shape.width
      isCommon = isCommon && isSame
      guard isSame || options.size ?? options.sizeLimit != nil else {
        throw DatasetError.sizesDiffer(
          path: path, name: indexed.name(of: record).description, shape: shape,
          other: indexed.name(of: first.record).description, otherShape: first.shape)
      }
      common?.shape.channels = max(first.shape.channels, shape.channels)
    }
    guard var shape = common?.shape else { return ImageShape(height: 1, width: 1, channels: 1) }
    var side = options.size
    if side == nil, let limit = options.sizeLimit,
      !isCommon || max(shape.height, shape.width) > limit
    {
      side = limit
    }
    if let side {
      shape.height = side
      shape.width = side
    }
    return shape
  }

  /// Decodes all samples; those that cannot be are samples no more.
  mutating func decode(as shape: ImageShape) throws -> DecodedImages {
    let images = try DecodedImages(size: shape.byteCount)
    let found = try Parallel.map(samples.count) { [indexed, samples] part in
      try part.map { index -> String? in
        let record = samples[index]
        let image: RasterImage
        do {
          image = try indexed.image(of: record, channels: nil)
        } catch FileError.damaged(_, let reason, _) {
          return reason
        }
        try images.write(Framing(image.shape, in: shape).show(image).pixels, at: record)
        return nil
      }
    }
    for (record, reason) in zip(samples, found) { reasons[record] = reason }
    samples = zip(samples, found).filter { $1 == nil }.map(\.0)
    return images
  }
}
