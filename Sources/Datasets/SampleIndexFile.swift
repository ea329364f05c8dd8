import Foundation
import Support

/// A list of a dataset's samples as a text file: reference data, or samples to look at.
///
///     # elixir-gpu sample indices
///     # dataset: 9f86d081884c7d65…
///     # method: knn-kappa, k 1000, kappa 100
///     17
///     42
///
/// One index (counted from 0) in each line. Lines that begin with # are remarks, except that
/// `# dataset:` says to which dataset, by its fingerprint, the indices belong; a list written by
/// hand may do without. Empty lines count for nothing.
public enum SampleIndexFile {
  private static let heading = "# elixir-gpu sample indices"
  private static let fingerprintKey = "# dataset:"

  /// Writes (or replaces) a list; it appears whole under its name or not at all.
  ///
  /// - Parameters:
  ///   - indices: are written in ascending order.
  ///   - fingerprint: the dataset's.
  ///   - remarks: how the list was made, a line each.
  ///   - before: is told the bytes right before they appear.
  public static func write(
    _ indices: [Int], fingerprint: String, remarks: [String], to path: String,
    before: ([UInt8]) throws -> Void = { _ in }
  ) throws {
    let lines =
      [heading, "\(fingerprintKey) \(fingerprint)"] + remarks.map { "# \($0)" }
      + indices.sorted().map(String.init)
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    try before(bytes)
    try AtomicFile.write(bytes, to: path)
  }

  /// Throws `FileError` if a file exists at `path` that may not be replaced by a list.
  ///
  /// - Parameters:
  ///   - force: replace an earlier list, but nothing else.
  ///   - inputs: what is read, of which nothing is replaced.
  public static func check(_ path: String, force: Bool, inputs: [String] = []) throws {
    try OutputFile.check(
      path, force: force, kind: "a list of samples", beginning: heading, inputs: inputs)
  }

  /// The indices listed, ascending.
  ///
  /// - Throws: `DatasetError`, naming the line, unless the list has distinct samples of `dataset`.
  public static func read(_ path: String, for dataset: ImageDataset) throws -> [Int] {
    let text = try TextFile.read(path)
    var lineOfSample: [Int: Int] = [:]
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      let content = line.trimmingCharacters(in: .whitespaces)
      if content.hasPrefix(fingerprintKey) {
        let stated = content.dropFirst(fingerprintKey.count).trimmingCharacters(in: .whitespaces)
        try checkFingerprint(stated, of: dataset, path: path, line: number + 1)
      }
      if content.isEmpty || content.hasPrefix("#") { continue }
      let sample = try sample(content, of: dataset, path: path, line: number + 1)
      if let earlier = lineOfSample.updateValue(number + 1, forKey: sample) {
        throw FileError.damaged(
          path: "\(path):\(number + 1)",
          reason: "sample \(sample) is listed in line \(earlier), too",
          advice: "list each sample once")
      }
    }
    guard !lineOfSample.isEmpty else {
      throw FileError.damaged(
        path: path, reason: "no sample is listed", advice: "give at least one index")
    }
    return lineOfSample.keys.sorted()
  }

  private static func sample(
    _ text: String, of dataset: ImageDataset, path: String, line: Int
  ) throws -> Int {
    guard let sample = Int(text) else {
      throw FileError.damaged(
        path: "\(path):\(line)", reason: "'\(text.prefix(40))' is not a sample's index",
        advice: "put one whole number in each line")
    }
    guard (0..<dataset.count).contains(sample) else {
      throw FileError.damaged(
        path: "\(path):\(line)",
        reason: "there is no sample \(sample) in \(dataset.path), which has \(dataset.count)",
        advice: "indices begin at 0")
    }
    return sample
  }

  private static func checkFingerprint(
    _ stated: String, of dataset: ImageDataset, path: String, line: Int
  ) throws {
    if stated.count == 16 {
      throw FileError.damaged(
        path: "\(path):\(line)", reason: "its fingerprint is of an earlier version",
        advice: "make the list again, or remove this line")
    }
    let actual = try dataset.fingerprint()
    guard stated == actual else {
      throw FileError.damaged(
        path: "\(path):\(line)",
        reason:
          "the list belongs to dataset \(stated.prefix(40)), but \(dataset.path) is \(actual)",
        advice: "give the dataset it was made for, or make a list for this one")
    }
  }
}
