import Support

/// Reading Python's pickles, protocols 0 to 5, as plain data: nothing that a pickle asks for is
/// run.
///
///     let batch = try Pickle.read("data_batch_1")
///     batch["labels"]?.integers             // [6, 9, 9, 4, …]
///
/// Read are dictionaries, lists, tuples, sets, strings, bytes, numbers, and NumPy arrays and
/// numbers. Every other function or class must be among the names that the caller allows, and
/// becomes a `PickleValue.name` or `.call`; else the file is refused by that name.
public enum Pickle {
  /// A file that is one pickle.
  ///
  /// Throws `PickleError` or `FileError`.
  public static func read(
    _ path: FileName, allowing names: Set<PickleName> = []
  ) throws -> PickleValue {
    try read(RandomAccessFile.contents(path), path: path.description, allowing: names).value
  }

  /// The pickle that starts at a byte, and where it ends.
  ///
  /// - Parameter path: Of the file, for messages.
  public static func read(
    _ bytes: [UInt8], from position: Int = 0, path: String, allowing names: Set<PickleName> = []
  ) throws(PickleError) -> (value: PickleValue, end: Int) {
    do {
      var machine = PickleMachine(bytes, from: position, allowed: names)
      let result = try machine.run()
      return (try machine.result(result), machine.position)
    } catch {
      throw PickleError(
        path: path, reason: error.reason, refusedName: error.refusedName,
        refusesWhole: error.refusesWhole)
    }
  }
}
