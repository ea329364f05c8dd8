import Foundation
import Support

extension RunFolder {
  /// Ends the run once the output is complete: its files move to `OUTPUT.run`, in place of an
  /// earlier run's, or are deleted.
  public func finish(keepsFiles: Bool) throws { try Self.finish(url, keepsFiles: keepsFiles) }

  /// Ends the run with nothing left but its record, if it has one.
  public func finishKeepingRecord() throws {
    let kept = [Self.recordName, Self.lockName, Run.recordName].map { FileName($0) }
    guard contains(Run.recordName) else { return try finish(keepsFiles: false) }
    let folder = FileName(url.path)
    for name in try Directory.entries(folder) where !kept.contains(name) {
      Directory.delete(folder / name)
    }
    try finish(keepsFiles: true)
  }

  /// Ends a run whose output is complete, and whose process ended before it could do so; what
  /// holds nothing but a record, of no work that could be lost, is deleted.
  public static func finishAbandoned(output: String, keepsFiles: Bool) throws {
    let url = url(of: output)
    guard Directory.kind(FileName(url.path)) == .directory,
      let lock = try FileLock(url.appendingPathComponent(lockName).path)
    else { return }
    try withExtendedLifetime(lock) {
      let record = try? RandomAccessFile.contents(url.appendingPathComponent(recordName).path)
      let made = AtomicDirectory.token(of: FileName(output).canonical)
      let isComplete =
        made != nil && record.map(token(of:)) == made || isExpected(FileName(output), url)
      if isComplete || hasEnded(url) {
        try finish(url, keepsFiles: keepsFiles && !hasEnded(url))
      } else if isRecordOnly(url) {
        try end(url)
      }
    }
  }

  /// Notes what the output, a file, holds, right before it appears, so that it is known as this
  /// run's.
  public func expectOutput(_ contents: [UInt8]) throws {
    try RandomAccessFile.write(
      Array(SHA256.hexDigest(contents).utf8), to: FileName(file(Self.expectedName).path))
  }

  /// Whether an output is what a run noted.
  private static func isExpected(_ output: FileName, _ url: URL) -> Bool {
    guard Directory.kind(output) == .file,
      let noted = try? RandomAccessFile.contents(url.appendingPathComponent(expectedName).path),
      let found = try? SHA256.hexDigest(ofFile: output.systemPath)
    else { return false }
    return noted == Array(found.utf8)
  }

  private static func finish(_ url: URL, keepsFiles: Bool) throws {
    let kept = kept(url)
    try end(kept)
    guard keepsFiles else { return try end(url) }
    Directory.delete(FileName(url.appendingPathComponent(lockName).path))
    try translating(kept) { try FileManager.default.moveItem(at: url, to: kept) }
  }

  /// Deletes a run's folder.
  private static func end(_ url: URL) throws {
    let folder = FileName(url.path)
    guard Directory.kind(folder) != nil else { return }
    try clear(url)
    Directory.delete(folder)
  }

  /// Deletes a run's files but the lock, in such an order that what is left counts for nothing,
  /// whenever the process ends.
  static func clear(_ url: URL) throws {
    let folder = FileName(url.path)
    let (record, ended) = (FileName(recordName), FileName(endedName))
    // On a full disk there may be no room for the mark.
    let isMarked = (try? RandomAccessFile.write([], to: folder / ended)) != nil
    let others = try Directory.entries(folder).filter {
      ![record, ended, FileName(lockName)].contains($0)
    }
    for name in (isMarked ? others + [record] : [record] + others) + [ended] {
      Directory.delete(folder / name)
    }
  }

  /// Whether there is nothing in a folder but a run's record, with what SQLite keeps beside it.
  static func isRecordOnly(_ url: URL) -> Bool {
    let names = (try? Directory.entries(FileName(url.path)).map(\.systemPath)) ?? ["?"]
    return names.allSatisfy {
      [recordName, lockName].contains($0) || $0.hasPrefix(Run.recordName)
    }
  }

  /// Whether there is a run that the same command would resume.
  public static func isUnfinished(output: String) -> Bool {
    let url = url(of: output)
    return Directory.kind(FileName(url.appendingPathComponent(recordName).path)) != nil
      && !hasEnded(url)
  }

  static func hasEnded(_ url: URL) -> Bool {
    Directory.kind(FileName(url.appendingPathComponent(endedName).path)) != nil
  }

  /// `OUTPUT.run` of `OUTPUT.partial`.
  static func kept(_ url: URL) -> URL {
    url.deletingPathExtension().appendingPathExtension("run")
  }
}
