import Foundation

/// An output folder that appears under its final name only when it is complete.
///
/// Everything is written to a hidden sibling, which `commit` renames; a run that fails leaves
/// nothing behind, and what a killed one leaves is deleted by the next. A hidden file `.elixir-gpu`
/// marks the folder as ours, so that it can be replaced where that is allowed, and never anything
/// else.
public final class AtomicDirectory {
  private let hidden: FileName
  private let target: FileName
  private let force: Bool
  private let inputs: [String]
  /// Held on the marker, so that others know that the hidden folder is in use.
  private let lock: FileLock?
  private var isCommitted = false
  private static let marker = ".elixir-gpu"

  /// Makes the hidden folder.
  ///
  /// - Parameters:
  ///   - force: replace an existing output, once this one is complete.
  ///   - inputs: files and folders that are read; the output may neither hold one nor lie in it.
  /// - Throws: `FileError`, as `check` does.
  public init(_ destination: String, force: Bool = false, inputs: [String] = []) throws {
    try Self.check(destination, force: force, inputs: inputs)
    target = FileName(destination).canonical
    self.force = force
    self.inputs = inputs
    hidden = target.parent / FileName("\(Self.hiddenName(target))\(getpid())")
    try Directory.make(target.parent)
    Self.deleteAbandoned(target)
    Directory.delete(hidden)
    try Directory.make(hidden)
    lock = try FileLock(hidden / FileName(Self.marker))
  }

  /// Where to write until `commit`.
  public var path: String { hidden.systemPath }
  /// Where it will be.
  public var destination: String { target.systemPath }

  /// Whether a folder was written by this class.
  public static func isMarked(_ folder: FileName) -> Bool {
    Directory.kind(folder / FileName(marker)) != nil
  }

  /// Hidden folders of an output are named so, with a process number behind it.
  private static func hiddenName(_ target: FileName) -> String {
    ".\(target.lastComponent.systemPath).partial-"
  }

  /// Where the output before is while the new one takes its place.
  private static func replacedName(_ target: FileName, process: Int32) -> FileName {
    FileName(".\(target.lastComponent.systemPath).old-\(process)")
  }

  /// Deletes hidden folders of this output whose process has ended; but not one that was complete,
  /// about to replace an output.
  private static func deleteAbandoned(_ target: FileName) {
    let hidden = hiddenName(target)
    let names = (try? Directory.entries(target.parent)) ?? []
    for name in names where name.bytes.starts(with: hidden.utf8) {
      guard let process = Int32(name.systemPath.dropFirst(hidden.count)),
        !names.contains(replacedName(target, process: process))
      else { continue }
      let folder = target.parent / name
      guard isMarked(folder), (try? FileLock(folder / FileName(marker))) != nil else { continue }
      Directory.delete(folder)
    }
  }

  deinit { if !isCommitted { Directory.delete(hidden) } }

  /// Throws unless the output can be written, so that a long run need not fail at its end.
  public static func check(_ destination: String, force: Bool, inputs: [String] = []) throws {
    let target = FileName(destination).canonical
    for input in inputs.map({ FileName($0).canonical }) {
      if input.lies(in: target) {
        throw FileError.outputRefused(path: destination, reason: "it contains the input")
      }
      if target.lies(in: input) {
        throw FileError.outputRefused(
          path: destination, reason: "it lies in the input, of which it would become a part")
      }
    }
    guard let kind = Directory.kind(target) else { return }
    guard force else { throw FileError.outputExists(path: destination) }
    guard kind == .directory else {
      throw FileError.outputRefused(path: destination, reason: "it is a file")
    }
    let isEmpty = try Directory.entries(target).isEmpty
    guard isEmpty || isMarked(target) else {
      throw FileError.outputRefused(
        path: destination, reason: "it holds files that elixir-gpu did not write")
    }
  }

  /// Gives the folder its final name; the old one goes only then.
  public func commit() throws {
    precondition(!isCommitted, "AtomicDirectory: \(destination) is committed already")
    try Self.check(destination, force: force, inputs: inputs)
    let old = target.parent / Self.replacedName(target, process: getpid())
    let replaces = Directory.kind(target) != nil
    if replaces { try target.rename(to: old) }
    do {
      try hidden.rename(to: target)
    } catch {
      if replaces { try? old.rename(to: target) }
      throw error
    }
    isCommitted = true
    if replaces { Directory.delete(old) }
  }
}
