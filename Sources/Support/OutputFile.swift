/// What may be written in place of what.
public enum OutputFile {
  /// Throws unless a file may be written, to be called before any work.
  ///
  /// - Parameters:
  ///   - force: replace an earlier output.
  ///   - kind: what a file in the way must be to be replaced, such as "a list of samples".
  ///   - beginning: how files of that kind begin; empty if that cannot be told.
  ///   - inputs: files and folders that are read: none of them, and nothing in them, is replaced.
  /// - Throws: `FileError.outputExists` or `.outputRefused`
  public static func check(
    _ path: String, force: Bool, kind: String = "a file", beginning: String = "",
    inputs: [String] = []
  ) throws {
    let target = FileName(path)
    guard let found = Directory.kind(target) else { return }
    func refused(_ reason: String) -> FileError { .outputRefused(path: path, reason: reason) }
    for input in inputs where target.canonical.lies(in: FileName(input).canonical) {
      throw refused("it is read, too")
    }
    guard force else { throw FileError.outputExists(path: path) }
    guard found == .file else {
      throw refused(found == .directory ? "it is a folder" : "it is no regular file")
    }
    let (file, expected) = (try RandomAccessFile(target), Array(beginning.utf8))
    let start = try file.bytes(at: 0, count: min(file.size, expected.count))
    guard file.size == 0 || start == expected else {
      throw refused("it is not \(kind) that elixir-gpu wrote")
    }
  }
}
