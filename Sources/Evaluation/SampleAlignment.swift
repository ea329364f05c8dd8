import Datasets
import Support

/// Where the samples of a poisoned dataset are in a purified one.
enum SampleAlignment {
  /// The position in `purified` of each sample of `poisoned`; `nil` if it was left out.
  ///
  /// CIFAR and IDX files keep their order. In an image folder a new label is a new folder, so the
  /// samples are found by purified.csv, or without it by their names. Which ones were left out
  /// purified.csv says, too.
  static func positions(in purified: ImageDataset, of poisoned: ImageDataset) throws -> [Int?] {
    let positions =
      purified.format == .imageFolder
      ? try positionsByName(in: purified, of: poisoned)
      : try positionsByOrder(in: purified, of: poisoned)
    let found = positions.compactMap(\.self)
    guard Set(found).count == found.count else {
      throw FileError.damaged(
        path: purified.path + "/purified.csv", reason: "it has two samples at one place",
        advice: "give the dataset as it was purified")
    }
    guard found.count == purified.count else {
      throw EvaluationError.counts(
        path: purified.path, count: purified.count, expected: poisoned.count)
    }
    return positions
  }

  /// The position of each manipulated sample in the dataset before.
  ///
  /// - Throws: `EvaluationError` if that is not the dataset that was manipulated.
  static func sources(
    of truth: GroundTruth, in clean: ImageDataset, poisoned: ImageDataset
  ) throws -> [Int: Int] {
    guard clean.count == poisoned.count else {
      throw EvaluationError.counts(
        path: clean.path, count: clean.count, expected: poisoned.count)
    }
    guard clean.format == .imageFolder else {
      return Dictionary(uniqueKeysWithValues: truth.indices.map { ($0, $0) })
    }
    let places = Dictionary(
      uniqueKeysWithValues: clean.labels.indices.map { (FileName(clean.name(of: $0)), $0) })
    return try Dictionary(
      uniqueKeysWithValues: truth.samples.map { sample in
        let name = sample.sourceName ?? poisoned.name(of: sample.index)
        guard let place = places[FileName(name)] else {
          throw EvaluationError.missingSample(path: clean.path, name: name)
        }
        return (sample.index, place)
      })
  }

  private static func positionsByOrder(
    in purified: ImageDataset, of poisoned: ImageDataset
  ) throws -> [Int?] {
    if purified.count == poisoned.count { return Array(purified.labels.indices) }
    let names = try newNames(purified.path + "/purified.csv") ?? [:]
    var next = 0
    return poisoned.labels.indices.map { sample in
      guard names[FileName(poisoned.name(of: sample))]?.isEmpty == false else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private static func positionsByName(
    in purified: ImageDataset, of poisoned: ImageDataset
  ) throws -> [Int?] {
    let places = Dictionary(
      uniqueKeysWithValues: purified.labels.indices.map { (FileName(purified.name(of: $0)), $0) })
    let names = try newNames(purified.path + "/purified.csv")
    return try poisoned.labels.indices.map { sample in
      let name = poisoned.name(of: sample)
      let newName = names == nil ? name : names?[FileName(name)]
      if newName?.isEmpty == true { return nil }
      guard let place = newName.flatMap({ places[FileName($0)] }) else {
        throw EvaluationError.missingSample(path: purified.path, name: name)
      }
      return place
    }
  }

  /// Column purifiedName of purified.csv by column sample; `nil` if there is no such file.
  private static func newNames(_ path: String) throws -> [FileName: String]? {
    let rows: [[String]]
    do {
      rows = try CSVFile.read(path)
    } catch FileError.notFound {
      return nil
    }
    guard let heading = rows.first, let old = heading.firstIndex(of: "sample"),
      let new = heading.firstIndex(of: "purifiedName")
    else {
      throw FileError.damaged(
        path: path, reason: "it has no columns sample and purifiedName",
        advice: "give the dataset as it was purified")
    }
    var names: [FileName: String] = [:]
    for row in rows.dropFirst() where row.count == heading.count {
      names[FileName(row[old])] = row[new]
    }
    return names
  }
}
