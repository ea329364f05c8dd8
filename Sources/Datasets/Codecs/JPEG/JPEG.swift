import CImageFiles

/// JPEG files in all codings of 8 bits but lossless and hierarchical ones, through libjpeg-turbo.
///
/// They are decoded as libjpeg's and Pillow's defaults do: accurate DCT, smooth upsampling. CMYK,
/// which is stored inverted, becomes round(c·k/255). What the decoder warns of is read; missing
/// data, also a missing end, are an error unless options allow them. Of several images (MPO) the
/// first counts.
public enum JPEG: ImageCodec {
  public static let name = "JPEG"
  public static var library: String { String(cString: elixirJPEGVersion()) }
  public static let fileKinds = ["jpg", "jpeg", "jpe", "jfif"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    first.starts(with: [0xFF, 0xD8, 0xFF])
  }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    let segments = try JPEGSegments(first, stopsAtPixels: true)
    guard let frame = try JPEGFrame(segments) else {
      guard !isWhole else { throw ImageFailure(reason: "it is cut short") }
      return nil
    }
    var shape = frame.shape
    if options.appliesOrientation, shape.height != shape.width {
      guard isWhole || segments.segments.last?.marker == JPEGSegments.Marker.scan else {
        return nil
      }
      shape = segments.orientation.turned(shape)
    }
    return try ImageHeader(
      shape: shape, codec: name, bitDepth: frame.bitDepth, limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let segments = try JPEGSegments(bytes, stopsAtPixels: true)
    let image = try stored(segments, options).pixels.image()
    let upright = orientation(segments, options).turned(image)
    return upright.converted(toChannels: channels ?? image.shape.channels)
  }

  static func orientation(
    _ segments: JPEGSegments, _ options: DecodingOptions
  ) -> ImageOrientation {
    options.appliesOrientation ? segments.orientation : .upright
  }

  static func stored(
    _ segments: JPEGSegments, _ options: DecodingOptions
  ) throws -> (frame: JPEGFrame, pixels: JPEGPixels) {
    guard let frame = try JPEGFrame(segments) else {
      throw ImageFailure(reason: "it is cut short")
    }
    try options.limits.check(frame.shape)
    let pixels = try JPEGPixels(
      segments.bytes, frame: frame, allowsTruncation: options.allowsTruncation)
    return (frame, pixels)
  }
}
