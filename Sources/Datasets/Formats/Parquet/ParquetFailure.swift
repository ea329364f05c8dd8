/// What is wrong with a part of a Parquet file; the caller names the file and the part.
struct ParquetFailure: Error {
  let reason: String

  static let cutShort = ParquetFailure(reason: "a page's data are cut short")
}
