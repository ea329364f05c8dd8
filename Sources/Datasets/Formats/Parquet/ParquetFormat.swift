import Support

/// A Parquet file, or a folder of them as on Hugging Face's hub: `data/train-00000-of-00003.parquet`.
package struct ParquetFormat: EncodedFormat {
  static let expectation = "Parquet files"

  let root: FileName
  /// Below the root, in their order.
  let shards: [FileName]
  /// Other files below the root, and why they are not read.
  let ignored: [(name: FileName, reason: String)]
  let options: DatasetOptions

  private static let kind = "parquet"
  /// A file of this name tells of images that lie beside it.
  private static let metadataName = FileName("metadata.parquet")

  package static func probe(_ place: DatasetPlace) throws -> ParquetFormat? {
    let path = FileName(place.path)
    if place.kind == .file {
      return path.kind == kind
        ? ParquetFormat(
          root: path.parent, shards: [path.lastComponent], ignored: [], options: place.options)
        : nil
    }
    let files = try TableFiles(place, isTable: { $0.kind == kind && $0 != metadataName })
    guard !files.tables.isEmpty else { return nil }
    let chosen = try files.choose(place.split)
    return ParquetFormat(
      root: path, shards: chosen,
      ignored: files.others(than: chosen, reason: "not a Parquet file"), options: place.options)
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    try ParquetRecords(
      root: root, names: shards, companions: ignored.map(\.name),
      ignored: ignored.map { IgnoredEntry(name: $0.name, reason: $0.reason) }, options: options,
      classNames: classNames)
  }
}
