/// PBM, PGM and PPM files, plain or binary (P1 to P6).
///
/// As in Pillow, values of another maximum than 255 become round(255·v / maximum); so do those of
/// 16-bit gray, which Pillow clips.
public enum PNM: ImageCodec {
  public static let name = "PNM"
  public static let library = "own decoder"
  public static let fileKinds = ["ppm", "pgm", "pbm", "pnm"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    first.count >= 3 && first[0] == UInt8(ascii: "P")
      && (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(first[1])
      && (PNMLayout.isSpace(first[2]) || first[2] == UInt8(ascii: "#"))
  }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    guard let layout = try PNMLayout(first) else {
      guard !isWhole else { throw ImageFailure(reason: "it is cut short") }
      return nil
    }
    return try ImageHeader(
      shape: layout.shape, codec: name, bitDepth: layout.isBitmap ? 1 : layout.isDeep ? 16 : 8,
      limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let (layout, values, _) = try stored(bytes, options)
    return layout.image(values).converted(toChannels: channels ?? layout.shape.channels)
  }

  private static func stored(
    _ bytes: [UInt8], _ options: DecodingOptions
  ) throws -> (PNMLayout, values: [Int], places: [Range<Int>]) {
    guard let layout = try PNMLayout(bytes) else { throw ImageFailure(reason: "it is cut short") }
    try options.limits.check(layout.shape)
    let (values, places) = try layout.values(bytes, allowsTruncation: options.allowsTruncation)
    return (layout, values, places)
  }

  /// The file with changed values; header, comments and other values keep their bytes.
  ///
  /// What it cannot hold, such as color in gray, makes it a binary one with a maximum of 255.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let (layout, values, places) = try stored(bytes, options)
    let image = layout.image(values)
    let changed = try change.applied(to: image)
    if let new = layout.storing(changed, over: values, of: image) {
      return ChangedImage(
        contents: layout.replacing(places, of: bytes, by: new, instead: values))
    }
    let kind = changed.shape.channels == 3 ? "ppm" : "pgm"
    let header = "P\(kind == "ppm" ? 6 : 5)\n\(layout.width) \(layout.height)\n255\n"
    return ChangedImage(contents: Array(header.utf8) + changed.pixels, kind: kind)
  }
}
