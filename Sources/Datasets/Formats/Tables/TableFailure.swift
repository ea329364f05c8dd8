import Support

/// What is wrong with a part of a table's file; the caller names the file and the part.
struct TableFailure: Error {
  let reason: String

  static let cutShort = TableFailure(reason: "a page's data are cut short")
}

extension FileName {
  /// What is wrong with the file of this name.
  func damaged(_ reason: String) -> FileError {
    .damaged(path: description, reason: reason, advice: "fetch the file again")
  }

  /// Calls `body`, whose failures become errors that name this file.
  ///
  /// - Parameter place: where in the file, such as `row 3: `.
  func namingFailures<Result>(
    in place: @autoclosure () -> String = "", _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let failure as TableFailure {
      throw damaged(place() + failure.reason)
    } catch let failure as CompressionFailure {
      throw damaged(place() + failure.reason)
    }
  }
}
