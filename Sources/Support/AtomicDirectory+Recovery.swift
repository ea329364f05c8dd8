import Foundation

/// What killed processes left.
extension AtomicDirectory {
  /// Deletes hidden folders of this output whose process has ended; but not one that was complete,
  /// about to replace an output, which `recover` treats.
  static func deleteAbandoned(_ target: FileName) {
    for (name, process) in leftovers(hiddenName(target), of: target)
    where Directory.kind(target.parent / FileName("\(replacedName(target))\(process)")) == nil {
      let folder = target.parent / name
      if isMarked(folder) {
        if !isInUse(folder) { Directory.delete(folder) }
      } else if kill(process, 0) != 0, errno == ESRCH {
        // Its process ended before the mark; were there anything in it, it would stay.
        _ = folder.withCString { rmdir($0) }
      }
    }
  }

  /// Ends what a process began that was killed between taking an output away and putting the new
  /// one there, or while it deleted the former.
  static func recover(_ target: FileName) {
    for (name, process) in leftovers(replacedName(target), of: target) {
      let old = target.parent / name
      let new = target.parent / FileName("\(hiddenName(target))\(process)")
      guard !isInUse(new), !isInUse(target) else { continue }
      if Directory.kind(target) == nil {
        try? (isMarked(new) ? new : old).rename(to: target)
      }
      guard Directory.kind(target) != nil else { continue }
      if isMarked(old) {
        delete(replaced: old)
      } else {
        // Nothing was left but the folder; were there anything in it, it would stay.
        _ = old.withCString { rmdir($0) }
      }
    }
  }

  /// Deletes an output that was replaced, its mark last, so that what is left stays known as ours.
  static func delete(replaced old: FileName) {
    let mark = FileName(marker)
    for name in (try? Directory.entries(old)) ?? [] where name != mark {
      Directory.delete(old / name)
    }
    Directory.delete(old)
  }

  /// Names beside the output that begin so and end in the number of a process.
  private static func leftovers(
    _ beginning: String, of target: FileName
  ) -> [(name: FileName, process: Int32)] {
    ((try? Directory.entries(target.parent)) ?? []).compactMap { name in
      guard name.bytes.starts(with: beginning.utf8) else { return nil }
      return Int32(name.systemPath.dropFirst(beginning.count)).map { (name, $0) }
    }
  }

  /// Whether a process holds the mark of a folder.
  private static func isInUse(_ folder: FileName) -> Bool {
    guard isMarked(folder) else { return false }
    do {
      return try FileLock(folder / FileName(marker)) == nil
    } catch {
      return true
    }
  }
}
