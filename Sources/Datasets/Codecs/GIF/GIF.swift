/// GIF files, of which the first frame counts; they are only read.
public enum GIF: ImageCodec {
  public static let name = "GIF"
  public static let library = "own decoder"
  public static let fileKinds = ["gif"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    first.starts(with: "GIF87a".utf8) || first.starts(with: "GIF89a".utf8)
  }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    guard recognizes(first), first.count >= 13 else {
      guard !isWhole else { throw ImageFailure(reason: "it is not a GIF image, or cut short") }
      return nil
    }
    let shape = ImageShape(
      height: Int(first[8]) | Int(first[9]) << 8, width: Int(first[6]) | Int(first[7]) << 8,
      channels: 3)
    return try ImageHeader(shape: shape, codec: name, bitDepth: 8, limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    guard let header = try header(bytes, isWhole: true, options: options) else {
      throw ImageFailure(reason: "it is cut short")
    }
    let frame = try GIFFrame(bytes, options: options)
    return frame.image(on: header.shape).converted(toChannels: channels ?? 3)
  }

  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    try changingToPNG(bytes, by: change, options: options)
  }
}
