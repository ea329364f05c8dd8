import CImageFiles
import Foundation

/// TIFF files through libtiff, of which the first page counts: gray, palette, RGB and CMYK of up to
/// 16 bits in all layouts and compressions, and what libtiff turns into RGB by itself.
///
/// They are always turned by their orientation, as Pillow does; of 16 bits the high byte counts.
public enum TIFF: ImageCodec {
  public static let name = "TIFF"
  public static var library: String { "libtiff \(String(cString: elixirTIFFVersion()))" }
  public static let fileKinds = ["tif", "tiff"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    let signatures: [[UInt8]] = [
      [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
    ]
    return signatures.contains { first.starts(with: $0) }
  }

  /// The header may lie anywhere in a file, so that all of it is needed.
  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    guard isWhole else { return nil }
    let header = try readHeader(first)
    return try ImageHeader(
      shape: orientation(header).turned(header.shape), codec: name,
      bitDepth: Int(header.bitsPerSample), limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let samples = try TIFFSamples(bytes, header: readHeader(bytes), limits: options.limits)
    let upright = orientation(samples.header).turned(samples.image())
    return upright.converted(toChannels: channels ?? samples.header.shape.channels)
  }

  /// Without loss in strips and tiles that were coded so; of other files, and where a palette lacks
  /// a color or gray gets one, a PNG file is made.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let header = try readHeader(bytes)
    let samples = try TIFFSamples(bytes, header: header, limits: options.limits)
    let stored = orientation(header).turnedBack(change)
    try stored.requireSize(header.shape)
    guard header.isLossless, let new = samples.applying(stored) else {
      return try changingToPNG(bytes, by: change, options: options)
    }
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { free(file) }
    try withUnsafePointer(to: header) { header in
      try ImageFailure.check(name) {
        elixirChangeTIFF(bytes, bytes.count, header, samples.values, new, &file, &count, $0)
      }
    }
    return ChangedImage(contents: Array(UnsafeBufferPointer(start: file, count: count)))
  }

  private static func readHeader(_ bytes: [UInt8]) throws -> ElixirTIFFHeader {
    var header = ElixirTIFFHeader()
    try ImageFailure.check(name) { elixirReadTIFFHeader(bytes, bytes.count, &header, $0) }
    return header
  }

  private static func orientation(_ header: ElixirTIFFHeader) -> ImageOrientation {
    ImageOrientation(rawValue: Int(header.orientation)) ?? .upright
  }
}

extension ElixirTIFFHeader {
  var isGray: Bool { kind == elixirWhiteIsZero || kind == elixirBlackIsZero }
  var shape: ImageShape {
    ImageShape(height: Int(height), width: Int(width), channels: isGray ? 1 : 3)
  }
}
