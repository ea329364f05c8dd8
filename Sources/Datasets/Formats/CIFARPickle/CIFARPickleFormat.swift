import Pickles
import Support

extension ImageDataset.Format {
  public static let cifarPickle = Self(rawValue: "CIFAR python")
}

/// CIFAR-10 and CIFAR-100 as Python pickles: a file, or the files of a directory.
///
/// Nothing in them is run.
struct CIFARPickleFormat: DatasetFormat {
  static let expectation = "a folder of CIFAR python batches"

  let files: [FileName]
  let directory: FileName
  /// Files that belong to the layout and are copied as they are.
  let sidecars: [FileName]

  private static let metaNames = ["batches.meta", "meta"].map { FileName($0) }
  private static let tests = ["test_batch", "test"].map { FileName($0) }
  private static let folders = ["cifar-10-batches-py", "cifar-100-python"].map { FileName($0) }

  static func probe(_ place: DatasetPlace) throws -> CIFARPickleFormat? {
    let path = FileName(place.path)
    if place.kind == .file {
      guard ["", "pkl", "pickle", "p"].contains(path.kind) || isBatch(path.lastComponent),
        try holdsPickle(path)
      else { return nil }
      let sidecars = metaNames.map { path.parent / $0 }.filter { Directory.kind($0) == .file }
      return CIFARPickleFormat(files: [path], directory: path.parent, sidecars: sidecars)
    }
    let inner = place.entries.filter { folders.contains($0) }
    if inner.count == 1 {
      return try probe(
        DatasetPlace(
          place.file(inner[0]).systemPath, split: place.split, options: place.options))
    }
    let batches = try place.entries.filter {
      try Directory.kind(place.file($0)) == .file && isBatch($0) && holdsPickle(place.file($0))
    }
    guard !batches.isEmpty else { return nil }
    let training = batches.filter { !tests.contains($0) }
    let chosen = place.split == .test ? batches.filter { tests.contains($0) } : training
    guard !chosen.isEmpty, place.split != .validation else {
      throw FileError.damaged(
        path: place.path, reason: "it has no batches of a \(place.split.rawValue) set",
        advice: "ask for the part that is there, or name a file")
    }
    let others = place.entries.filter {
      !chosen.contains($0) && Directory.kind(place.file($0)) == .file
        && FileListing.reasonToIgnore($0) == nil
    }
    return CIFARPickleFormat(
      files: chosen.map(place.file), directory: path, sidecars: others.map(place.file))
  }

  private static func isBatch(_ name: FileName) -> Bool {
    name.bytes.starts(with: "data_batch_".utf8) && !name.description.contains(".")
      || name == FileName("train") || tests.contains(name)
  }

  /// Whether a file begins as pickles do: with a protocol from 2 to 5, or a dictionary of 0.
  private static func holdsPickle(_ path: FileName) throws -> Bool {
    let file = try RandomAccessFile(path)
    let beginning = try file.bytes(at: 0, count: min(file.size, 3))
    return beginning.count == 3
      && (beginning[0] == 0x80 && (2...5).contains(beginning[1])
        || beginning.elementsEqual("(dp".utf8))
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let batches = try files.map { try PickledBatch($0) }
    let count = Int((batches.flatMap(\.labels).max() ?? 0) + 1)
    let isHundred = batches.contains { $0.isCIFAR100 }
    var names = try classNames ?? Self.names(in: directory) ?? []
    names += (names.count..<max(names.count, isHundred ? 100 : 10, count)).map { String($0) }
    return try ArrayDataset(
      .cifarPickle, parts: isHundred ? try coarse(batches) : batches, classNames: names,
      sidecars: sidecars)
  }

  /// The names in `batches.meta` or `meta`.
  private static func names(in directory: FileName) throws -> [String]? {
    guard let path = metaNames.map({ directory / $0 }).first(where: { Directory.kind($0) == .file })
    else { return nil }
    let meta = try Pickle.read(path)
    guard let list = (meta["label_names"] ?? meta["fine_label_names"])?.elements,
      (1...LabelList.labelLimit).contains(list.count)
    else {
      throw FileError.damaged(
        path: path.description, reason: "it has no list 'label_names'",
        advice: "fetch it again, or remove it")
    }
    return list.enumerated().map { $1.string ?? String($0) }
  }

  /// Batches that know the coarse label that stands most often beside each fine one.
  private func coarse(_ batches: [PickledBatch]) throws -> [any ArrayPart] {
    var votes: [Int32: [Int: Int]] = [:]
    for batch in batches {
      for (fine, coarse) in zip(batch.labels, try batch.coarseLabels() ?? []) {
        votes[fine, default: [:]][coarse, default: 0] += 1
      }
    }
    let coarse = votes.mapValues { counts in
      counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? 0
    }
    return batches.map { CoarsePickledBatch(batch: $0, coarse: coarse) }
  }
}

/// A batch of CIFAR-100, whose coarse labels follow the fine ones.
private struct CoarsePickledBatch: ArrayPart {
  let batch: PickledBatch
  let coarse: [Int32: Int]

  var name: FileName { batch.name }
  var pixels: PixelArray { batch.pixels }
  var labels: [Int32] { batch.labels }
  var sources: [RandomAccessFile] { batch.sources }

  func storedLabels() throws -> [Int32] { try batch.storedLabels() }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    try batch.write(in: directory, change, coarse: coarse)
  }
}
