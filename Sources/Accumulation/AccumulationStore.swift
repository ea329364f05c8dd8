import Datasets
import Foundation
import Support

/// Purified samples of datasets that came one after another, with where each came from.
///
/// A folder: `images` (PNG files in class folders, a dataset like any other), `provenance.csv` (a
/// row a sample), `store.json` and `networks`, from which the next batch starts. A change writes a
/// new version of it beside, in which files that stay are links to the same ones, and swaps the
/// two: the store is always as before or as after.
public struct AccumulationStore {
  public let path: String
  public internal(set) var index: StoreIndex
  public internal(set) var samples: [StoredSample]

  static let imagesName = "images"
  static let networksName = "networks"
  private static let indexName = "store.json"
  private static let tableName = "provenance.csv"

  /// Opens a store, once a change that was interrupted is completed or undone.
  ///
  /// - Throws: `FileError` if there is none, or it is damaged.
  public static func open(_ path: String) throws -> AccumulationStore {
    guard let store = try openIfPresent(path) else { throw FileError.notFound(path: path) }
    return store
  }

  /// The classes that a dataset must have that is to be added; nil if there is no store yet.
  ///
  /// - Throws: `FileError` as `open` does.
  public static func classNames(of path: String) throws -> [String]? {
    try openIfPresent(path)?.index.classNames
  }

  /// The store; nil if there is nothing under the path.
  static func openIfPresent(_ path: String) throws -> AccumulationStore? {
    // Nothing is written; but this completes what a killed process began.
    try AtomicDirectory.check(path, force: true)
    let folder = FileName(path).canonical
    guard Directory.kind(folder) != nil, try !Directory.entries(folder).isEmpty else { return nil }
    let file = path + "/" + indexName
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: file, reason: reason, advice: "give a store that 'accumulate' made, or restore it")
    }
    guard
      let index = try? JSONDecoder().decode(
        StoreIndex.self, from: Data(try RandomAccessFile.contents(file)))
    else { throw damaged("it is not readable as a store's") }
    guard index.version == StoreIndex.currentVersion else {
      throw damaged("it is of version \(index.version), not \(StoreIndex.currentVersion)")
    }
    let samples = try StoredSample.read(path + "/" + tableName)
    let known = Set(index.batches.map(\.number))
    guard samples.allSatisfy({ known.contains($0.batch) }) else {
      throw damaged("\(tableName) has samples of other batches")
    }
    return AccumulationStore(path: path, index: index, samples: samples)
  }

  /// Samples that the store holds: all that were not left out.
  public var kept: [StoredSample] { samples.filter { !$0.name.isEmpty } }

  /// The accumulated dataset.
  ///
  /// - Throws: `FileError` if it does not hold the samples of the table.
  public func dataset() throws -> ImageDataset {
    let folder = path + "/" + Self.imagesName
    let dataset = try ImageDataset.open(folder, classNames: index.classNames)
    guard Set(dataset.labels.indices.map { dataset.name(of: $0) }) == Set(kept.map(\.name)) else {
      throw FileError.damaged(
        path: folder, reason: "it does not hold the images that \(Self.tableName) names",
        advice: "restore the store from a copy")
    }
    return dataset
  }

  /// Writes the accumulated dataset, with `provenance.csv`, whose rows of kept samples are in its
  /// order.
  ///
  /// - Throws: `ParameterError` if the images do not fit the layout, `FileError` or `DatasetError`.
  public func export(
    to output: String, layout: ExportLayout = .folder, force: Bool = false
  ) throws {
    let dataset = try dataset()
    try layout.require(dataset.shape, classCount: dataset.classCount)
    let rows = Dictionary(uniqueKeysWithValues: kept.map { ($0.name, $0) })
    let sorted = dataset.labels.indices.compactMap { rows[dataset.name(of: $0)] }
    func writeTable(_ folder: String) throws {
      try StoredSample.write(sorted, to: folder + "/" + Self.tableName)
    }
    if layout == .folder {
      let writer = try DatasetWriter(copying: dataset, to: output, force: force)
      try writeTable(writer.path)
      return try writer.commit()
    }
    let directory = try AtomicDirectory(output, force: force, inputs: [path])
    try layout.write(dataset, to: directory.path)
    try writeTable(directory.path)
    try directory.commit()
  }

  /// Takes all samples of a batch out; networks that have seen it stay.
  ///
  /// - Throws: `ParameterError` if there is no such batch, or `FileError`.
  public func removing(batch: Int) throws -> AccumulationStore {
    guard let place = index.batches.firstIndex(where: { $0.number == batch }) else {
      let known = index.batches.map { String($0.number) }.joined(separator: ", ")
      throw ParameterError("remove", batch, "the store has \(known.isEmpty ? "none" : known)")
    }
    var result = self
    result.index.batches.remove(at: place)
    result.samples.removeAll { $0.batch == batch }
    try result.write { name in FileName(path) / FileName(Self.imagesName) / FileName(name) }
    return result
  }

  /// Writes this version of the store in place of the one before.
  ///
  /// - Parameters:
  ///   - networks: files by name; nil for those that are there.
  ///   - file: the file of each sample that is kept.
  func write(
    networks: [String: String]? = nil, _ file: (_ name: String) throws -> FileName
  ) throws {
    let directory = try AtomicDirectory(path, force: true)
    let root = FileName(directory.path)
    let images = root / FileName(Self.imagesName)
    try Directory.make(images)
    for name in index.classNames { try Directory.make(images / FileName(escaped: name)) }
    for sample in kept {
      try file(sample.name).link(to: images / FileName(escaped: sample.name))
    }
    let folder = root / FileName(Self.networksName)
    try Directory.make(folder)
    for (name, path) in networks ?? self.networks {
      try FileName(path).link(to: folder / FileName(name))
    }
    try StoredSample.write(samples, to: directory.path + "/" + Self.tableName)
    try JSONText.write(index, to: directory.path + "/" + Self.indexName)
    try directory.commit(token: "store")
  }

  /// Files of networks by name.
  var networks: [String: String] {
    let folder = FileName(path) / FileName(Self.networksName)
    let names = (try? Directory.entries(folder)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map { ($0.description, (folder / $0).systemPath) })
  }
}
