import Support

/// All layouts, in the order in which a place is probed for them.
enum DatasetFormats {
  static let all: [any DatasetFormat.Type] = [
    CIFARFormat.self, CIFARPickleFormat.self, IDXFormat.self, ParquetFormat.self, ArrowFormat.self,
    WebDatasetFormat.self, ZipFormat.self, NPZFormat.self, TinyImageNetFormat.self,
    BackdoorBenchFormat.self, BackdoorToolboxFormat.self, ListFormat.self, COCOFormat.self,
    ImageFolderFormat.self,
  ]

  /// The first layout that has a dataset at a place.
  static func probe(_ place: DatasetPlace) throws -> any DatasetFormat {
    for format in all {
      if let found = try format.probe(place) { return found }
    }
    guard let kind = place.kind, kind != .brokenLink else {
      throw FileError.notFound(path: place.path)
    }
    throw DatasetError.unknownFormat(
      path: place.path,
      reason: FileName(place.path).kind == "gz"
        ? "it is compressed (use gunzip)" : "the format is not known by this name")
  }

  /// What may be given, as the end of a sentence.
  static var expectation: String {
    all.dropLast().map { $0.expectation }.joined(separator: ", ")
      + (all.last.map { ", or \($0.expectation)" } ?? "")
  }
}
