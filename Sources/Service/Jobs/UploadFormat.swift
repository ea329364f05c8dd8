/// The kinds of files that hold a whole dataset: the ends of their names, by which they are known.
enum UploadFormat: String, Codable, CaseIterable, Sendable {
  case zip, tar
  case packedTar = "tar.gz"
  case parquet, npz, arrow
}
