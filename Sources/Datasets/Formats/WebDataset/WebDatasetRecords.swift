import Support

/// The samples of WebDataset shards that have an image.
struct WebDatasetRecords: EncodedRecords {
  /// Where a record lies.
  struct Place: Sendable {
    let archive: Int
    let sample: WebDatasetSample
    /// Positions of its fields.
    let image: Int?
    let label: Int?
  }

  let archives: [TarArchive]
  let places: [Place]
  let classNames: [String]
  let labels: [Int32]
  let ignored: [IgnoredEntry]
  let options: DatasetOptions
  private let names: [FileName]

  var format: ImageDataset.Format { .webDataset }
  var appliesOrientation: Bool { false }

  init(_ archives: [TarArchive], options: DatasetOptions, classNames: [String]?) throws {
    self.archives = archives
    self.options = options
    var places: [Place] = []
    var ignored: [IgnoredEntry] = []
    for (number, archive) in archives.enumerated() {
      let (samples, others) = try WebDatasetSample.group(archive)
      ignored += others
      for sample in samples {
        let image = sample.imageField(options.imageColumn)
        for (position, field) in sample.fields.enumerated()
        where position != image && ImageFileKinds.isImage(field.member.name) {
          ignored.append(
            IgnoredEntry(name: field.member.name, reason: "another image of \(sample.key)"))
        }
        places.append(
          Place(archive: number, sample: sample, image: image, label: sample.labelField()))
      }
    }
    guard places.contains(where: { $0.image != nil }) else {
      throw DatasetError.empty(
        path: archives.first?.path ?? "",
        advice: "it has \(places.count) samples without one; give shards with images")
    }
    self.places = places
    self.ignored = ignored
    names = FileTreeRecords.uniqueNames(places.map(\.sample.key))
    let found = try Self.readLabels(places, archives, options)
    self.classNames = try classNames ?? Self.classNames(found, path: archives[0].path)
    labels = try Self.numbers(found, self.classNames, path: archives[0].path)
  }

  func name(of record: Int) -> FileName { names[record] }

  func problem(of record: Int) -> String? {
    guard let image = places[record].image else {
      let fields = places[record].sample.fields.map(\.suffix).joined(separator: ", ")
      return "the sample has no image, only \(fields)"
    }
    return ImageFileKinds.problem(of: places[record].sample.fields[image].member.name)
  }

  func contents(of record: Int, first count: Int?) throws -> [UInt8] {
    let place = places[record]
    guard let image = place.image else {
      preconditionFailure("WebDataset: the record \(record) has no image")
    }
    return try archives[place.archive].contents(
      of: place.sample.fields[image].member, first: count)
  }

  func storedLabels() throws -> [Int32] {
    try Self.numbers(
      try Self.readLabels(places, archives, options), classNames, path: archives[0].path)
  }

  func addContents(to hash: inout SHA256) throws {
    for archive in archives {
      try hash.add(archive.source, name: archive.source.path.lastComponent)
    }
  }

  func makeWriter(in directory: FileName) throws -> any EncodedRecordWriter {
    try WebDatasetWriter(source: self, directory: directory)
  }

  private static func readLabels(
    _ places: [Place], _ archives: [TarArchive], _ options: DatasetOptions
  ) throws -> [WebDatasetLabel?] {
    try places.map { place in
      guard let position = place.label else { return nil }
      let field = place.sample.fields[position]
      guard field.member.contents.count <= WebDatasetLabel.sizeLimit else { return nil }
      return WebDatasetLabel(
        try archives[place.archive].contents(of: field.member), suffix: field.suffix,
        key: options.labelColumn)
    }
  }

  /// Digits, or the names that always stand beside a number; else sorted names.
  private static func classNames(
    _ labels: [WebDatasetLabel?], path: String
  ) throws -> [String] {
    let texts = Set(labels.compactMap { $0?.text })
    let numbers = texts.compactMap { Int($0) }
    guard numbers.count == texts.count else {
      return texts.sorted { FileName($0) < FileName($1) }
    }
    guard let greatest = numbers.max(), greatest >= 0 else { return [] }
    guard greatest <= LabelList.labelLimit else {
      throw FileError.damaged(
        path: path, reason: "it has the label \(greatest)",
        advice: "number the classes from 0, at most to \(LabelList.labelLimit)")
    }
    var names = [Set<String>](repeating: [], count: greatest + 1)
    for label in labels {
      if let label, let name = label.name, let number = Int(label.text), number >= 0 {
        names[number].insert(name)
      }
    }
    let result = names.enumerated().map { number, found in
      found.count == 1 ? found.first ?? "" : String(number)
    }
    return Set(result).count == result.count ? result : names.indices.map { String($0) }
  }

  private static func numbers(
    _ labels: [WebDatasetLabel?], _ classNames: [String], path: String
  ) throws -> [Int32] {
    let ranks = Dictionary(
      classNames.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    return try labels.enumerated().map { record, label in
      guard let text = label?.text, text != "-1" else { return ImageDataset.unlabelled }
      if let number = Int32(text), classNames.indices.contains(Int(number)) { return number }
      guard let rank = ranks[text] else {
        throw FileError.damaged(
          path: path, reason: "sample \(record + 1) has the label '\(text)'",
          advice: "correct it, or the names of the classes")
      }
      return rank
    }
  }
}
