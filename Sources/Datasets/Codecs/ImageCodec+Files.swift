import Support

/// Images in files.
extension ImageCodec {
  /// Reads an image; gray files give one channel unless 3 are asked for.
  ///
  /// - Throws: `FileError`, naming the file.
  public static func read(_ path: String, channels: Int? = nil) throws -> RasterImage {
    try read(FileName(path), channels: channels)
  }

  static func read(_ path: FileName, channels: Int? = nil) throws -> RasterImage {
    try naming(path) { try decode(try RandomAccessFile.contents(path), channels: channels) }
  }

  /// The image in a file's bytes, as stored.
  public static func decode(_ bytes: [UInt8], channels: Int? = nil) throws -> RasterImage {
    try decode(bytes, channels: channels, options: DecodingOptions())
  }

  /// The shape of a file's image, from its header alone.
  static func shape(of path: FileName) throws -> ImageShape {
    try naming(path) {
      let file = try RandomAccessFile(path)
      var count = 4096
      while true {
        let first = try file.bytes(at: 0, count: min(count, file.size))
        let isWhole = first.count == file.size
        if let header = try header(first, isWhole: isWhole, options: DecodingOptions()) {
          return header.shape
        }
        guard !isWhole else { throw ImageFailure(reason: "it is cut short") }
        count *= 4
      }
    }
  }

  /// Turns an image's failure into one of the file.
  static func naming<Result>(_ path: FileName, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as ImageFailure {
      throw FileError.damaged(
        path: path.description, reason: failure.reason, advice: "replace or remove it")
    }
  }

  /// A PNG file of the changed image, as it is decoded.
  static func changingToPNG(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let image = try decode(bytes, channels: nil, options: options)
    return ChangedImage(
      contents: try PNG.encode(try change.applied(to: image)), kind: PNG.fileKinds[0])
  }
}
