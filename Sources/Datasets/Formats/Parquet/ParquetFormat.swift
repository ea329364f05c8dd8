import Support

extension ImageDataset.Format {
  public static let parquet = Self(rawValue: "Parquet")
}

/// A Parquet file, or a folder of them as on Hugging Face's hub: `data/train-00000-of-00003.…`.
package struct ParquetFormat: EncodedFormat {
  static let expectation = "Parquet files"

  let root: FileName
  /// Below the root, in their order.
  let shards: [FileName]
  /// Other files below the root, and why they are not read.
  let ignored: [(name: FileName, reason: String)]
  let options: DatasetOptions
  /// The dataset's card, of a folder.
  var card: FileName? {
    ignored.map(\.name).contains(DatasetCard.name) ? root / DatasetCard.name : nil
  }

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
    let cache = ParquetPageCache()
    let card = try card.map { try RandomAccessFile.contents($0) }
    let opened = try shards.map { name in
      let file = try ParquetFile(root / name)
      let path = file.file.path
      let features =
        try file.metadata("huggingface").map {
          try HuggingFaceFeatures($0, path: path.description)
        } ?? HuggingFaceFeatures()
      let columns = try TableColumns(
        of: file.candidates, features: features, options: options, path: path.description)
      let shard = try path.namingFailures {
        try ParquetShard(name, file: file, columns: columns, cache: cache)
      }
      let names = columns.label.flatMap { label in
        features.classNames(of: label)
          ?? card.flatMap { DatasetCard.classNames(of: label, in: $0) }
      }
      return (shard, names)
    }
    return try TableRecords(
      format: .parquet, root: root, shards: opened.map(\.0), storedNames: opened.map(\.1),
      others: ignored, classNames: classNames)
  }
}
