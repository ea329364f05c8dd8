import Support

/// The files of a folder that holds tables, perhaps in folders of their own: of splits, or of
/// `data`.
struct TableFiles {
  private let path: String
  /// Below the folder, sorted by bytes.
  private(set) var tables: [FileName] = []
  private var others: [FileName] = []

  /// Lists the folder itself, the folders in it, and those in its `data`; hidden entries are left
  /// out.
  init(_ place: DatasetPlace, isTable: (FileName) -> Bool) throws {
    path = place.path
    guard place.kind == .directory else { return }
    let root = FileName(place.path)
    var folders: [FileName] = []
    for entry in place.entries where entry.bytes.first != UInt8(ascii: ".") {
      switch Directory.kind(root / entry) {
      case .directory where !AtomicDirectory.isMarked(root / entry): folders.append(entry)
      case .file: add(entry, isTable(entry))
      default: break
      }
    }
    let data = FileName("data")
    if folders.contains(data) {
      folders += try Directory.entries(root / data).map { data / $0 }.filter {
        Directory.kind(root / $0) == .directory
      }
    }
    for folder in folders {
      let entries = try Directory.entries(root / folder)
      guard entries.contains(where: isTable) else { continue }
      for entry in entries where Directory.kind(root / folder / entry) == .file {
        add(folder / entry, isTable(entry))
      }
    }
    tables.sort()
  }

  private mutating func add(_ name: FileName, _ isTable: Bool) {
    if isTable { tables.append(name) } else { others.append(name) }
  }

  /// The tables of a split; all are training data where no name tells a split.
  ///
  /// - Throws: `FileError` if there are none, or some of several configurations.
  func choose(_ split: ImageDataset.Split) throws -> [FileName] {
    let splits = tables.map { ImageDataset.Split(namedIn: $0) }
    let hasNone = splits.allSatisfy { $0 == nil }
    let chosen = zip(tables, splits).filter { hasNone ? split == .training : $1 == split }.map(\.0)
    guard !chosen.isEmpty else {
      let found = Set(splits.compactMap { $0?.rawValue }).sorted()
      throw FileError.damaged(
        path: path, reason: "it has no \(split.rawValue) split",
        advice: "choose one of \(hasNone ? "training" : found.joined(separator: ", "))")
    }
    // Folders that are no split's hold other versions of the dataset.
    let folders = Set(chosen.filter { ImageDataset.Split(namedIn: $0.parent) == nil }.map(\.parent))
    guard folders.count <= 1 else {
      let names = folders.map(\.description).sorted()
      throw FileError.damaged(
        path: path, reason: "several of its folders hold tables: \(names.joined(separator: ", "))",
        advice: "name one of them")
    }
    return chosen
  }

  /// All files but those chosen, with the reason why they are not read.
  func others(than chosen: [FileName], reason: String) -> [(name: FileName, reason: String)] {
    let left = Set(tables).subtracting(chosen)
    return (others + left).sorted().map { name in
      guard left.contains(name) else { return (name, reason) }
      let split = ImageDataset.Split(namedIn: name)
      return (name, split.map { "of the \($0.rawValue) split" } ?? "of no split")
    }
  }
}
