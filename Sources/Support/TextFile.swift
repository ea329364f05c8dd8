/// Small files of UTF-8 text.
public enum TextFile {
  /// Writes (or replaces) a file.
  public static func write(_ text: String, to path: String) throws {
    try RandomAccessFile.write(Array(text.utf8), to: FileName(path))
  }

  /// The text of a file; throws `FileError`, also for what is not UTF-8.
  public static func read(_ path: String) throws -> String {
    guard let text = String(validating: try RandomAccessFile.contents(path), as: UTF8.self) else {
      throw FileError.damaged(
        path: path, reason: "it is not a text", advice: "give a file of UTF-8 text")
    }
    return text
  }
}
