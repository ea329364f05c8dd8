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
  static let marker = ".elixir-gpu"

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

  /// What a committed folder was marked with; nil for another folder, or one without a token.
  public static func token(of folder: FileName) -> String? {
    guard let bytes = try? RandomAccessFile.contents(folder / FileName(marker)), !bytes.isEmpty
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a folder was written by this class.
  public static func isMarked(_ folder: FileName) -> Bool {
    Directory.kind(folder / FileName(marker)) != nil
  }

  /// Hidden folders of an output are named so, with a process number behind it.
  static func hiddenName(_ target: FileName) -> String {
    ".\(target.lastComponent.systemPath).partial-"
  }

  /// Where the output before is while the new one takes its place.
  static func replacedName(_ target: FileName) -> String {
    ".\(target.lastComponent.systemPath).old-"
  }

  deinit { if !isCommitted { Directory.delete(hidden) } }

  /// Throws unless the output can be written, so that a long run need not fail at its end.
  public static func check(_ destination: String, force: Bool, inputs: [String] = []) throws {
    let target = FileName(destination).canonical
    recover(target)
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
        path: destination, reason: "it was not written by elixir-gpu")
    }
  }

  /// Gives the folder its final name; the old one goes only then.
  ///
  /// - Parameter token: tells whose output it is, see `token(of:)`.
  public func commit(token: String = "") throws {
    precondition(!isCommitted, "AtomicDirectory: \(destination) is committed already")
    try RandomAccessFile.write(Array(token.utf8), to: hidden / FileName(Self.marker))
    try Self.check(destination, force: force, inputs: inputs)
    let old = target.parent / FileName("\(Self.replacedName(target))\(getpid())")
    let replaces = Directory.kind(target) != nil
    if replaces { try target.rename(to: old) }
    do {
      try hidden.rename(to: target)
    } catch {
      if replaces { try? old.rename(to: target) }
      throw error
    }
    isCommitted = true
    if replaces { Self.delete(replaced: old) }
  }
}
