import Checkpoints
import Support

extension ImageDataset.Format {
  public static let arrow = Self(rawValue: "Arrow")
}

/// Arrow files: one, or a folder as `save_to_disk` of Hugging Face's `datasets` makes it, of a
/// dataset or of several splits.
package struct ArrowFormat: EncodedFormat {
  static let expectation = "Arrow files"

  /// What is copied as a whole: the folder that was named, or that of the file.
  let root: FileName
  /// Below the root, in their order.
  let shards: [FileName]
  /// Other files below the root, and why they are not read.
  let others: [(name: FileName, reason: String)]
  /// `dataset_info.json` beside the shards.
  let information: FileName?
  let options: DatasetOptions

  private static let kinds = ["arrow", "feather"]
  private static let stateName = FileName("state.json")
  private static let splitsName = FileName("dataset_dict.json")
  private static let informationName = FileName("dataset_info.json")

  package static func probe(_ place: DatasetPlace) throws -> ArrowFormat? {
    let path = FileName(place.path)
    if place.kind == .file {
      guard kinds.contains(path.kind) else { return nil }
      return ArrowFormat(
        root: path.parent, shards: [path.lastComponent], others: [], information: nil,
        options: place.options)
    }
    if let inner = try savedFolder(in: place) { return try probe(inner) }
    let files = try TableFiles(place) { kinds.contains($0.kind) }
    guard place.kind == .directory, !files.tables.isEmpty else { return nil }
    let chosen: [FileName]
    if place.entries.contains(splitsName) {
      let split = try self.split(place)
      chosen = try Self.shards(in: path / split).map { split / $0 }
    } else if place.entries.contains(stateName) {
      chosen = try Self.shards(in: path)
    } else {
      chosen = try files.choose(place.split)
    }
    let folder = chosen.first.map { path / $0 }?.parent ?? path
    let information = folder / informationName
    return ArrowFormat(
      root: path, shards: chosen,
      others: files.others(than: chosen, reason: "not an Arrow file"),
      information: Directory.kind(information) == .file ? information : nil,
      options: place.options)
  }

  /// The only folder in a place that was saved to disk, where the place itself was not.
  private static func savedFolder(in place: DatasetPlace) throws -> DatasetPlace? {
    let marks = [stateName, splitsName]
    guard !marks.contains(where: place.entries.contains) else { return nil }
    let saved = place.entries.map(place.file).filter { folder in
      marks.contains { Directory.kind(folder / $0) == .file }
    }
    guard saved.count == 1 else { return nil }
    return try DatasetPlace(saved[0].systemPath, split: place.split, options: place.options)
  }

  /// The folder of the wanted split, of those that `dataset_dict.json` lists.
  private static func split(_ place: DatasetPlace) throws -> FileName {
    let list = place.file(splitsName)
    let value = try read(list)
    guard case .object(let object) = value, case .array(let items)? = object["splits"] else {
      throw list.damaged("it lists no splits")
    }
    let names = items.compactMap { if case .string(let name) = $0 { name } else { nil } }
    guard
      let name = names.first(where: {
        ImageDataset.Split(namedIn: FileName($0)) == place.split
      })
    else {
      throw FileError.damaged(
        path: place.path, reason: "it has no \(place.split.rawValue) split",
        advice: "choose one of \(names.joined(separator: ", "))")
    }
    return try plain(name, in: list)
  }

  /// The files that `state.json` lists, in its order.
  private static func shards(in folder: FileName) throws -> [FileName] {
    let state = folder / stateName
    guard case .object(let object) = try read(state),
      case .array(let items)? = object["_data_files"]
    else { throw state.damaged("it lists no files") }
    if case .array(let indices)? = object["_indices_data_files"], !indices.isEmpty {
      throw FileError.damaged(
        path: state.description, reason: "its rows are chosen by a file of indices",
        advice: "save it again with a newer version of datasets")
    }
    return try items.map { item in
      guard case .object(let file) = item, case .string(let name)? = file["filename"] else {
        throw state.damaged("it lists a file without name")
      }
      return try plain(name, in: state)
    }
  }

  /// A name that leads nowhere else.
  private static func plain(_ name: String, in list: FileName) throws -> FileName {
    guard !name.isEmpty, name != "..", name != ".", !name.utf8.contains(UInt8(ascii: "/")),
      !name.utf8.contains(0)
    else { throw list.damaged("it lists '\(name)', which is no plain name") }
    return FileName(name)
  }

  private static func read(_ path: FileName) throws -> JSONValue {
    try JSONValue.parse(try RandomAccessFile.contents(path), path: path.description)
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let listed = try information.map {
      try HuggingFaceFeatures(try RandomAccessFile.contents($0), path: $0.description)
    }
    let cache = ArrowShard.Cache(limit: 64 << 20)
    let opened = try shards.map { name in
      let path = root / name
      return try path.namingFailures {
        try open(name, path: path.description, listed: listed, cache)
      }
    }
    guard !opened.isEmpty else {
      throw DatasetError.empty(path: root.description, advice: "give a dataset with rows")
    }
    return try TableRecords(
      format: .arrow, root: root, shards: opened.map(\.0), storedNames: opened.map(\.1),
      others: others, classNames: classNames)
  }

  private func open(
    _ name: FileName, path: String, listed: HuggingFaceFeatures?, _ cache: ArrowShard.Cache
  ) throws -> (ArrowShard, [String]?) {
    let arrow = try ArrowFile(root / name)
    let features =
      try listed ?? arrow.metadata["huggingface"].map { try HuggingFaceFeatures($0, path: path) }
      ?? HuggingFaceFeatures()
    let columns = try TableColumns(
      of: arrow.fields.map { TableColumns.Candidate(name: $0.name, role: $0.role) },
      features: features, options: options, path: path)
    let shard = try ArrowShard(name, arrow: arrow, columns: columns, cache: cache)
    return (shard, columns.label.flatMap(features.classNames))
  }
}
