import Datasets
import Foundation
import Support

/// What a store holds and a new batch as one dataset, in the folder `union` of a job's work.
struct StagedUnion {
  /// Of the batch.
  let number: Int
  let union: ImageDataset
  /// Places in the union of the samples that the store holds, ascending.
  let accumulated: [Int]
  /// Names in the union of the batch's samples, in their order.
  private let names: [String]
  private let batch: ImageDataset

  /// Opens the union, or makes it.
  ///
  /// - Parameters:
  ///   - identity: what the work depends on.
  ///   - number: the batch's.
  ///   - work: is emptied if it holds what was begun with another identity.
  /// - Throws: `FileError` or `DatasetError`.
  init(
    _ store: AccumulationStore, _ batch: ImageDataset, identity: [String: String], number: Int,
    in work: FileName
  ) throws {
    self.batch = batch
    self.number = number
    names = batch.labels.indices.map { sample in
      let digits = String(sample)
      let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
      return "\(batch.classNames[Int(batch.labels[sample])])/batch\(number)-\(padded).png"
    }
    let record = (work / FileName("adding.json")).systemPath
    let known = try? JSONDecoder().decode(
      [String: String].self, from: Data(RandomAccessFile.contents(record)))
    if known != identity {
      try Self.clear(work, record: record)
      try JSONText.write(identity, to: record)
    }
    let folder = (work / FileName("union")).systemPath
    if Directory.kind(FileName(folder)) == nil {
      try Self.write(store, batch, names, to: folder)
    }
    union = try ImageDataset.open(folder, classNames: batch.classNames)
    let new = Set(names)
    let union = union
    accumulated = union.labels.indices.filter { !new.contains(union.name(of: $0)) }
    guard union.count == store.kept.count + batch.count, accumulated.count == store.kept.count
    else {
      throw FileError.damaged(
        path: folder, reason: "it does not hold the samples of the store and the batch",
        advice: "class names such as train or test cannot be told from parts of a dataset; "
          + "rename such classes")
    }
  }

  /// Makes the folder, or empties one of ours.
  private static func clear(_ work: FileName, record: String) throws {
    if Directory.kind(work) != nil {
      let entries = try Directory.entries(work)
      guard entries.isEmpty || Directory.kind(FileName(record)) != nil else {
        throw FileError.outputRefused(
          path: work.description, reason: "it was not made by elixir-gpu")
      }
      // What says whose it is goes last.
      let last = FileName("adding.json")
      for name in entries where name != last { Directory.delete(work / name) }
      Directory.delete(FileName(record))
    }
    try Directory.make(work)
  }

  private static func write(
    _ store: AccumulationStore, _ batch: ImageDataset, _ names: [String], to folder: String
  ) throws {
    let directory = try AtomicDirectory(folder)
    let root = FileName(directory.path)
    for name in batch.classNames { try Directory.make(root / FileName(escaped: name)) }
    let images = FileName(store.path) / FileName(AccumulationStore.imagesName)
    for sample in store.kept {
      let name = FileName(escaped: sample.name)
      try (images / name).link(to: root / name)
    }
    for (sample, name) in names.enumerated() {
      try PNG.write(try batch.image(sample), to: (root / FileName(escaped: name)).systemPath)
    }
    try directory.commit()
  }

  /// What became of the batch's samples, from the purified union and its `purified.csv`.
  ///
  /// - Throws: `FileError` if the output is not that of this union.
  func added(_ output: String) throws -> [StoredSample] {
    let table = try PurifiedTable(output + "/purified.csv")
    return try names.enumerated().map { place, name in
      guard let row = table[name] else {
        throw FileError.damaged(
          path: output + "/purified.csv", reason: "it has no \(name)",
          advice: "delete the folder and add the batch again")
      }
      let old = Int(batch.labels[place])
      var sample = StoredSample(
        name: row("purifiedName"), batch: number, source: batch.name(of: place), oldLabel: old,
        newLabel: old, isImageChanged: false, flagged: row("flagged"), score: row("score"),
        confidence: row("confidence"))
      guard !sample.name.isEmpty else { return sample }
      let folder = String(sample.name.prefix { $0 != "/" })
      guard let label = batch.classNames.firstIndex(of: folder) else {
        throw FileError.damaged(
          path: output, reason: "\(sample.name) lies in no class's folder",
          advice: "delete the folder and add the batch again")
      }
      sample.newLabel = label
      let before = try RandomAccessFile.contents(FileName(union.path) / FileName(escaped: name))
      let after = try RandomAccessFile.contents(
        FileName(output) / FileName(escaped: sample.name))
      sample.isImageChanged = before != after
      return sample
    }
  }
}

/// A method's `purified.csv`, by samples' names.
private struct PurifiedTable {
  private let heading: [String]
  private var rows: [FileName: [String]] = [:]

  init(_ path: String) throws {
    let table = try CSVFile.read(path)
    heading = table.first ?? []
    guard let name = heading.firstIndex(of: "sample"), heading.contains("purifiedName") else {
      throw FileError.damaged(
        path: path, reason: "it has no columns sample and purifiedName",
        advice: "delete the folder and add the batch again")
    }
    for row in table.dropFirst() where row.count == heading.count {
      rows[FileName(row[name])] = row
    }
  }

  /// Gives the fields of a sample's row by their column, empty where there is no such column.
  subscript(name: String) -> ((_ column: String) -> String)? {
    guard let row = rows[FileName(name)] else { return nil }
    return { column in heading.firstIndex(of: column).map { row[$0] } ?? "" }
  }
}
