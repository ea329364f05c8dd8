import Support

extension ImageDataset.Format {
  public static let idx = Self(rawValue: "IDX")
}

/// A pair of IDX files, by either name, their common prefix, or the directory that holds them.
struct IDXFormat: DatasetFormat {
  static let expectation = "an IDX pair"

  let pair: IDXPair

  static func probe(_ place: DatasetPlace) throws -> IDXFormat? {
    guard place.kind == .directory else {
      return IDXPair(FileName(place.path)).map(IDXFormat.init)
    }
    let images = IDXPair.imageEndings.flatMap(place.entries(ending:)).sorted()
    guard !images.isEmpty else { return nil }
    return IDXPair(place.file(try choose(images, at: place))).map(IDXFormat.init)
  }

  /// The only file of images, or that of the split.
  private static func choose(_ images: [FileName], at place: DatasetPlace) throws -> FileName {
    if images.count == 1 { return images[0] }
    let prefixes = place.split == .training ? ["train"] : ["t10k", "test"]
    let named = images.filter { name in
      prefixes.contains { name.bytes.starts(with: "\($0)-images".utf8) }
    }
    guard named.count == 1 else {
      throw DatasetError.unknownFormat(
        path: place.path,
        reason: "the folder holds several IDX sets (name one, such as \(images[0]))")
    }
    return named[0]
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let imageFile = try RandomAccessFile(pair.images)
    let sizes = try Self.header(of: imageFile, magic: 0x803, dimensions: 3)
    guard Directory.kind(pair.labels) != nil else {
      throw DatasetError.missingLabels(
        path: pair.images.description, expected: pair.labels.lastComponent.description)
    }
    let labelFile = try RandomAccessFile(pair.labels)
    let count = try Self.header(of: labelFile, magic: 0x801, dimensions: 1)[0]
    guard count == sizes[0] else {
      throw FileError.damaged(
        path: pair.labels.description, reason: "it has \(count) labels for \(sizes[0]) images",
        advice: "give the labels that belong to the images")
    }
    let shape = ImageShape(height: sizes[1], width: sizes[2], channels: 1)
    guard shape.isReadable else {
      throw FileError.damaged(
        path: pair.images.description,
        reason: "it says its images are \(shape.width)×\(shape.height)",
        advice: "the header is damaged; fetch the file again")
    }
    let labels = FixedSizeRecords(file: labelFile, header: 8, size: 1)
    let values = try labelFile.bytes(at: labels.header, count: count)
    var records = RecordTable()
    records.append(pair.images.lastComponent, labels: values.map { Int32($0) })
    return IDXDataset(
      shape: shape, classNames: (0...Int(values.max() ?? 0)).map { String($0) }, records: records,
      images: FixedSizeRecords(file: imageFile, header: 16, size: shape.byteCount),
      labels: labels)
  }

  /// The sizes in an IDX header, checked against the file's size.
  private static func header(
    of file: RandomAccessFile, magic: UInt32, dimensions: Int
  ) throws -> [Int] {
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: file.path.description, reason: reason,
        advice: "it is cut short or not IDX; fetch it again")
    }
    let headerSize = 4 + 4 * dimensions
    guard file.size >= headerSize else {
      throw damaged("\(file.size) bytes cannot hold an IDX header")
    }
    let bytes = try file.bytes(at: 0, count: headerSize)
    let words = (0...dimensions).map { word in
      bytes[word * 4..<word * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard words[0] == magic else {
      let found = String(words[0], radix: 16)
      throw damaged("it begins with 0x\(found) instead of 0x\(String(magic, radix: 16))")
    }
    var expected = 1
    for word in words.dropFirst() {
      let (product, overflow) = expected.multipliedReportingOverflow(by: Int(word))
      guard !overflow else { throw damaged("the sizes in its header are impossible") }
      expected = product
    }
    guard file.size - headerSize == expected else {
      throw damaged("it has \(file.size - headerSize) bytes of data instead of \(expected)")
    }
    return words.dropFirst().map { Int($0) }
  }
}
