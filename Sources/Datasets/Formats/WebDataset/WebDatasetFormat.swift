import Support

extension ImageDataset.Format {
  public static let webDataset = Self(rawValue: "WebDataset")
}

/// Shards of tar archives: one file, the files of a folder, or `name-{000..012}.tar`.
package struct WebDatasetFormat: EncodedFormat {
  static let expectation = "WebDataset shards (.tar, .tar.gz)"

  let shards: [FileName]
  let options: DatasetOptions

  package static func probe(_ place: DatasetPlace) throws -> WebDatasetFormat? {
    let path = FileName(place.path)
    if place.kind == .file, isShard(path) {
      return WebDatasetFormat(shards: [path], options: place.options)
    }
    if place.kind == nil, let names = range(place.path) {
      return WebDatasetFormat(shards: names.map { FileName($0) }, options: place.options)
    }
    let archives = place.entries.filter { isShard($0) && FileListing.reasonToIgnore($0) == nil }
    guard !archives.isEmpty else { return nil }
    let parts = ClassFolders.splitNames.map { split, names in
      (
        split,
        archives.filter { archive in
          let name = archive.description.lowercased()
          return names.contains { name.hasPrefix($0) }
        }
      )
    }.filter { !$0.1.isEmpty }
    let chosen = parts.first { $0.0 == place.split }?.1 ?? archives
    guard chosen.count == archives.count || parts.contains(where: { $0.0 == place.split }) else {
      return nil
    }
    return WebDatasetFormat(shards: chosen.map(place.file), options: place.options)
  }

  private static func isShard(_ name: FileName) -> Bool {
    name.kind == "tar" || name.kind == "tgz"
      || name.kind == "gz" && FileName(bytes: name.bytes.dropLast(3)).kind == "tar"
  }

  /// The names of `a{000..012}b`; nil if it is no such range.
  package static func range(_ text: String) -> [String]? {
    guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}"),
      let dots = text[open..<close].range(of: "..")
    else { return nil }
    let first = text[text.index(after: open)..<dots.lowerBound]
    let last = text[dots.upperBound..<close]
    guard let start = Int(first), let end = Int(last), start <= end, end - start < 1_000_000 else {
      return nil
    }
    return (start...end).map { number in
      let digits = String(number)
      let zeros = String(repeating: "0", count: max(0, first.count - digits.count))
      return text[..<open] + zeros + digits + text[text.index(after: close)...]
    }
  }

  package func records(classNames: [String]?) throws -> any EncodedRecords {
    let archives = try shards.map { try TarArchive($0) }
    return try WebDatasetRecords(archives, options: options, classNames: classNames)
  }
}
