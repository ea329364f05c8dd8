/// BMP files of Windows: palettes, 16, 24 and 32 bits, run lengths; without OS/2's own codings,
/// JPEG and PNG inside.
public enum BMP: ImageCodec {
  public static let name = "BMP"
  public static let library = "own decoder"
  public static let fileKinds = ["bmp", "dib"]

  public static func recognizes(_ first: [UInt8]) -> Bool { first.starts(with: "BM".utf8) }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    // The greatest headers and palettes.
    guard isWhole || first.count >= 14 + 124 + 12 + 1024 else { return nil }
    let layout = try BMPLayout(first)
    return try ImageHeader(
      shape: layout.shape, codec: name, bitDepth: layout.bitsPerPixel > 8 ? 8 : layout.bitsPerPixel,
      limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let layout = try BMPLayout(bytes)
    try options.limits.check(layout.shape)
    let pixels = try layout.storedPixels(bytes, allowsTruncation: options.allowsTruncation)
    return layout.image(pixels).converted(toChannels: channels ?? layout.shape.channels)
  }

  /// Colors that the palette or the bits of a file do not have make it one of 24 bits; of run
  /// lengths, a PNG file is made.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let layout = try BMPLayout(bytes)
    try options.limits.check(layout.shape)
    guard layout.compression == .none || layout.compression == .bitFields else {
      return try changingToPNG(bytes, by: change, options: options)
    }
    let stored = try layout.storedPixels(bytes, allowsTruncation: options.allowsTruncation)
    let image = layout.image(stored)
    let changed = try change.applied(to: image)
    if let pixels = layout.storing(changed, over: stored, of: image) {
      return ChangedImage(contents: layout.replacingPixels(of: bytes, by: pixels))
    }
    return ChangedImage(contents: layout.file24(changed.converted(toChannels: 3)))
  }
}
