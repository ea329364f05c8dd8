import Support

/// Images in files `class/name.png`, decoded one by one.
struct ImageFolderDataset: IndexedDataset {
  let root: FileName
  let shape: ImageShape
  let classNames: [String]
  let records: RecordTable

  var format: ImageDataset.Format { .imageFolder }
  var holdsPlainBytes: Bool { false }

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let name = records.files[index]
    _ = pixels.update(fromContentsOf: try decode(try contents(of: index), name: name).pixels)
  }

  /// The bytes of an image's file.
  func contents(of index: Int) throws -> [UInt8] {
    try RandomAccessFile.contents(root / records.files[index])
  }

  /// The image in the bytes of a file.
  @discardableResult
  func decode(_ bytes: [UInt8], name: FileName) throws -> RasterImage {
    let codec = Self.codec(of: name)
    let image = try codec.naming(root / name) { try codec.decode(bytes, channels: shape.channels) }
    guard image.shape == shape else {
      throw FileError.unreadable(
        path: (root / name).description, reason: "its size changed while it was in use")
    }
    return image
  }

  /// The codec of a file that `ImageFolderScan` took for an image.
  static func codec(of name: FileName) -> PNG.Type {
    guard let codec = ImageCodecs.codec(of: name) else {
      preconditionFailure("ImageFolderDataset: \(name) is no image")
    }
    return codec
  }

  /// They are in the names.
  func storedLabels() -> [Int32] { records.labels }

  func addContents(to hash: inout SHA256) throws {
    for name in records.files { try hash.add(try RandomAccessFile(root / name), name: name) }
  }

  func makeWriter(in directory: FileName) throws -> any SampleWriter {
    try ImageFolderWriter(source: self, directory: directory)
  }
}
