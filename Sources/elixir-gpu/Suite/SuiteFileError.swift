/// What is wrong with the file of a suite, and where.
struct SuiteFileError: Error, CustomStringConvertible {
  let path: String
  /// From 1; nil where the reader of YAML gives none.
  let line: Int?
  let reason: String

  var description: String { path + (line.map { ":\($0)" } ?? "") + ": " + reason }
}
