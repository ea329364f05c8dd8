import Foundation

/// An output folder that appears under its final name only when it is complete.
///
/// Everything is written to a hidden sibling, which `commit` renames; a run that fails leaves
/// nothing behind, and what a killed one leaves is deleted by the next. A hidden file `.elixir-gpu` marks the folder as ours, so that `--force` can
/// replace it, and never anything else.
public final class AtomicDirectory {
  /// Where to write until `commit`.
  public let path: String
  /// Where it will be.
  public let destination: String
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
  ///   - inputs: files and folders that are read; an output that contains one is refused.
  /// - Throws: `DatasetError`, as `check` does.
  public init(_ destination: String, force: Bool = false, inputs: [String] = []) throws {
    try Self.check(destination, force: force, inputs: inputs)
    self.destination = Self.canonical(destination)
    self.force = force
    self.inputs = inputs
    let hidden = Self.hiddenName(self.destination)
    path = self.destination.parentFolder + "/\(hidden)\(getpid())"
    Self.deleteAbandoned(self.destination)
    try? FileManager.default.removeItem(atPath: path)
    try TextFile.makeFolder(path)
    lock = try FileLock(path + "/" + Self.marker)
  }

  /// Hidden folders of an output are named so, with a process number behind it.
  private static func hiddenName(_ destination: String) -> String {
    ".\(destination.lastPathComponent).partial-"
  }

  /// Where the output before is while the new one takes its place.
  private static func replacedName(_ destination: String, process: Int32) -> String {
    ".\(destination.lastPathComponent).old-\(process)"
  }

  /// Deletes hidden folders of this output whose process has ended; but not one that was complete,
  /// about to replace an output.
  private static func deleteAbandoned(_ destination: String) {
    let (manager, parent, hidden) = (
      FileManager.default, destination.parentFolder, hiddenName(destination)
    )
    let names = (try? manager.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(hidden) {
      guard let process = Int32(name.dropFirst(hidden.count)),
        !names.contains(replacedName(destination, process: process))
      else { continue }
      let marker = "\(parent)/\(name)/\(marker)"
      guard manager.fileExists(atPath: marker), (try? FileLock(marker)) != nil else { continue }
      try? manager.removeItem(atPath: "\(parent)/\(name)")
    }
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Throws unless the output can be written, so that a long run need not fail at its end.
  public static func check(_ destination: String, force: Bool, inputs: [String] = []) throws {
    let target = canonical(destination)
    for input in inputs where (canonical(input) + "/").hasPrefix(target + "/") {
      throw DatasetError.outputNotReplaceable(path: destination, reason: "it contains the input")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else { return }
    guard force else { throw DatasetError.outputExists(path: destination) }
    guard isFolder.boolValue else {
      throw DatasetError.outputNotReplaceable(path: destination, reason: "it is a file")
    }
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? ["?"]
    guard contents.isEmpty || contents.contains(marker) else {
      throw DatasetError.outputNotReplaceable(
        path: destination, reason: "it was not written by elixir-gpu")
    }
  }

  /// Gives the folder its final name; the old one goes only then.
  public func commit() throws {
    precondition(!isCommitted, "AtomicDirectory: \(destination) is committed already")
    try Self.check(destination, force: force, inputs: inputs)
    let old =
      destination.parentFolder + "/" + Self.replacedName(destination, process: getpid())
    let replaces = FileManager.default.fileExists(atPath: destination)
    if replaces { try move(destination, to: old) }
    do {
      try move(path, to: destination)
    } catch {
      if replaces { try? move(old, to: destination) }
      throw error
    }
    isCommitted = true
    if replaces { try? FileManager.default.removeItem(atPath: old) }
  }

  private func move(_ source: String, to target: String) throws {
    guard rename(source, target) == 0 else {
      throw DatasetError.unwritable(path: target, reason: String(cString: strerror(errno)))
    }
  }

  /// The absolute path with links resolved as far as it exists.
  private static func canonical(_ path: String) -> String {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL
    return absolute.resolvingSymlinksInPath().path
  }
}
