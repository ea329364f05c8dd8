import Support

/// All kinds of image files that are read.
public enum ImageCodecs {
  public static let all: [any ImageCodec.Type] = [
    PNG.self, JPEG.self, WebP.self, GIF.self, TIFF.self, BMP.self, PNM.self,
  ]

  /// First bytes of a file that tell what kind it is.
  public static let signatureSize = 16

  /// The codec of a file that begins so, by content; nil if it is no image that can be read.
  public static func codec(of first: [UInt8]) -> (any ImageCodec.Type)? {
    all.first { $0.recognizes(first) }
  }

  /// The codec of a file that begins so.
  ///
  /// - Throws: `ImageFailure` that says what the file is instead.
  public static func requireCodec(of first: [UInt8]) throws -> any ImageCodec.Type {
    guard let codec = codec(of: first) else {
      throw ImageFailure(reason: UnreadableKind.description(of: first))
    }
    return codec
  }

  /// What the header of a file says, from its first bytes; nil if more of them are needed.
  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions = DecodingOptions()
  ) throws -> ImageHeader? {
    guard isWhole || first.count >= signatureSize else { return nil }
    return try requireCodec(of: first).header(first, isWhole: isWhole, options: options)
  }

  /// The image in a file's bytes; gray gives one channel unless 3 are asked for.
  public static func decode(
    _ bytes: [UInt8], channels: Int? = nil, options: DecodingOptions = DecodingOptions()
  ) throws -> RasterImage {
    try requireCodec(of: bytes).decode(bytes, channels: channels, options: options)
  }

  /// The file with its pixels changed and all else as it was, or a PNG file of the changed image if
  /// it cannot hold the change or has faults that its decoder overlooks.
  ///
  /// - Parameters:
  ///   - keepsGray: whether a gray image stays gray, so that of a colored change its luma counts;
  ///     otherwise it gets color.
  ///   - toPNG: whether files of all kinds become PNG files.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions = DecodingOptions(),
    keepsGray: Bool = true, toPNG: Bool = false
  ) throws -> ChangedImage {
    let codec = try requireCodec(of: bytes)
    var change = change
    if keepsGray, change.shape.channels == 3,
      try codec.header(bytes, isWhole: true, options: options)?.shape.channels == 1
    {
      change = change.converted(toChannels: 1)
    }
    guard !toPNG || codec == PNG.self else {
      return try codec.changingToPNG(bytes, by: change, options: options)
    }
    do {
      return try codec.changing(bytes, by: change, options: options)
    } catch is ImageFailure where codec != PNG.self {
      // Decoders overlook faults with which nothing can be written.
      return try codec.changingToPNG(bytes, by: change, options: options)
    }
  }
}
