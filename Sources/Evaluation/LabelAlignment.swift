import Datasets
import Foundation

/// The labels of a purified dataset in the order of the poisoned one.
enum LabelAlignment {
  /// CIFAR and IDX files keep their order. In an image folder a new label is a new folder, so the
  /// samples are found by the names in purified.csv.
  static func labels(of purified: ImageDataset, like poisoned: ImageDataset) throws -> [Int32] {
    guard purified.count == poisoned.count else {
      throw EvaluationError.counts(
        path: purified.path, count: purified.count, expected: poisoned.count)
    }
    guard purified.format == .imageFolder else { return purified.labels }
    let table = try labelTable(purified.path + "/purified.csv")
    return try poisoned.labels.indices.map { sample in
      let name = poisoned.name(of: sample)
      guard let label = table[name] else {
        throw EvaluationError.missingSample(path: purified.path, name: name)
      }
      return label
    }
  }

  /// Column newLabel of purified.csv by column sample.
  private static func labelTable(_ path: String) throws -> [String: Int32] {
    let rows = try CSVFile.read(path)
    guard let heading = rows.first, let name = heading.firstIndex(of: "sample"),
      let label = heading.firstIndex(of: "newLabel")
    else {
      throw DatasetError.damaged(
        path: path, reason: "it has no columns sample and newLabel", advice: "run purify again")
    }
    var table: [String: Int32] = [:]
    for row in rows.dropFirst() where row.count == heading.count {
      table[row[name]] = Int32(row[label])
    }
    return table
  }
}
