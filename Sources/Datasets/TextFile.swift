import Foundation

/// Whole small files written at once, with this module's errors.
public enum TextFile {
  /// Writes (or replaces) a file of UTF-8 text.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// - Parameter atomically: the file appears whole under its name or not at all.
  public static func write(
    _ bytes: [UInt8], to path: String, atomically: Bool = false
  ) throws {
    do {
      try Data(bytes).write(
        to: URL(fileURLWithPath: path), options: atomically ? .atomic : [])
    } catch {
      throw DatasetError.unwritable(path: path, reason: reason(error))
    }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.unwritable(path: path, reason: reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let underlying, underlying.domain == NSPOSIXErrorDomain else {
      return error.localizedDescription
    }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
