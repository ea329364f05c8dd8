import Foundation
import Runs
import Support

/// `OUTPUT.parts`, where the shards of a run appear: each is a run of its own whose folder,
/// `shard-I-of-N.partial`, is renamed to `shard-I-of-N.run` when it is complete.
public struct ShardFolder {
  public let path: String

  public init(output: String) {
    path = URL(fileURLWithPath: output).standardizedFileURL.path + ".parts"
  }

  /// What a shard's run adds to the identity of the whole.
  static let identityKey = "shard"
  /// Files of the first pass that every shard must agree about, if they are there.
  static let sharedFiles = ["victim.safetensors", "noise-search.json"]

  /// A shard's output, from which its run's folder has its name.
  func output(of shard: Shard) -> String { "\(path)/shard-\(shard.number)-of-\(shard.count)" }

  /// The folder of a shard that is complete.
  func finished(_ shard: Shard) -> URL { URL(fileURLWithPath: output(of: shard) + ".run") }

  /// A file beside a shard, whatever becomes of it, for whoever starts shards.
  public func file(of shard: Shard, _ ending: String) -> String { output(of: shard) + ending }

  /// Shards that are complete, or that were begun, rising.
  public func shards(finished: Bool) -> [Shard] {
    let ending = finished ? ".run" : ".partial"
    let names = (try? Directory.entries(FileName(path)).map(\.systemPath)) ?? []
    return names.compactMap { name -> Shard? in
      guard name.hasPrefix("shard-"), name.hasSuffix(ending) else { return nil }
      let words = name.dropLast(ending.count).split(separator: "-")
      guard words.count == 4, words[2] == "of", let number = Int(words[1]),
        let count = Int(words[3])
      else { return nil }
      return try? Shard(number, of: count)
    }.sorted { ($0.count, $0.number) < ($1.count, $1.number) }
  }

  /// Throws unless all shards there are belong to a run, cut into so many.
  ///
  /// - Parameter identity: the whole run's.
  func check(_ identity: [String: String], count: Int? = nil) throws {
    let (finished, begun) = (shards(finished: true), shards(finished: false))
    let counts = Set((finished + begun).map(\.count) + [count].compactMap { $0 }).sorted()
    guard counts.count <= 1 else { throw ShardError.counts(path: path, counts) }
    for (shards, ending) in [(finished, ".run"), (begun, ".partial")] {
      for shard in shards {
        let folder = URL(fileURLWithPath: output(of: shard) + ending)
        // One that was just begun has none yet.
        guard let found = RunFolder.identity(in: folder) else { continue }
        let expected = identity.merging([Self.identityKey: shard.description]) { $1 }
        if let difference = RunFolder.difference(from: found, to: expected) {
          throw ShardError.other(path: folder.path, difference: difference)
        }
      }
    }
  }

  /// The finished shards in order, if all are there and belong to a run.
  func complete(_ identity: [String: String]) throws -> [Shard] {
    try check(identity)
    let (finished, begun) = (shards(finished: true), shards(finished: false))
    guard let count = (finished + begun).first?.count else { throw ShardError.none(path: path) }
    let unfinished = begun.map(\.number).filter { !finished.map(\.number).contains($0) }
    let missing = (1...count).filter {
      !finished.map(\.number).contains($0) && !unfinished.contains($0)
    }
    guard missing.isEmpty, unfinished.isEmpty else {
      throw ShardError.missing(
        path: path, missing: missing, unfinished: unfinished, count: count)
    }
    for file in Self.sharedFiles {
      let digests = try finished.map { shard in
        let url = self.finished(shard).appendingPathComponent(file)
        return Directory.kind(FileName(url.path)) == nil
          ? nil : try SHA256.hexDigest(ofFile: url.path)
      }
      let unlike = zip(finished, digests).filter { $1 != digests[0] }.map(\.0.number)
      guard unlike.isEmpty else {
        throw ShardError.unlike(path: path, file: file, shards: unlike)
      }
    }
    return finished
  }

  /// Gives a run what a finished shard has computed that is the same for all.
  func install(into folder: RunFolder) throws {
    guard let shard = shards(finished: true).first else { return }
    for name in Self.sharedFiles where !folder.contains(name) {
      let source = FileName(finished(shard).appendingPathComponent(name).path)
      guard Directory.kind(source) != nil else { continue }
      let copy = FileName(folder.file(name + ".copy").path)
      try RandomAccessFile.copy(source, to: copy)
      try copy.rename(to: FileName(folder.file(name).path))
    }
  }

  /// Deletes the shards, once they are merged.
  public func delete() { Directory.delete(FileName(path)) }
}
