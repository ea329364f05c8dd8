/// Why a pickle is not read, in one line: the file, the fault, and what to do.
public struct PickleError: Error, Sendable, Equatable, CustomStringConvertible {
  public var path: String
  public var reason: String
  /// The function or class that the pickle asks for and that is not among those allowed.
  public var refusedName: PickleName?
  /// Whether the refused name is that of the whole object, not of something within it.
  public var refusesWhole: Bool

  public var description: String {
    "\(path): \(reason); "
      + (refusedName == nil
        ? "download or export it again"
        : "nothing was run; save plain lists, dictionaries and arrays instead")
  }
}

/// A fault without the file's name.
struct PickleFailure: Error {
  var reason: String
  var refusedName: PickleName?
  var refusesWhole = false

  init(_ reason: String) { self.reason = reason }

  init(_ reason: String, refused: PickleName, whole: Bool) {
    self.reason = reason
    refusedName = refused
    refusesWhole = whole
  }
}
