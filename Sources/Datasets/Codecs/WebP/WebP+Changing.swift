import CWebP

/// Changed WebP files.
extension WebP {
  /// The file coded again in its mode.
  ///
  /// Lossless files stay lossless, lossy ones get the quality that their quantizer tells; alpha,
  /// metadata and color profiles stay. Of an animation, a PNG file is made.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let chunks = try WebPChunks(bytes)
    guard chunks.contents("ANMF") == nil else {
      return try changingToPNG(bytes, by: change, options: options)
    }
    let orientation = options.appliesOrientation ? chunks.orientation : .upright
    let image = try stored(chunks, options)
    let changed = try orientation.turnedBack(change).applied(to: image)
    if let lossy = chunks.contents("VP8 ") {
      let quality = VP8Header(Array(lossy)).map { WebP.quality(ofQuantizer: $0.quantizer) } ?? 75
      let encoded = try encode(changed.pixels, changed.shape, lossyQuality: quality)
      return ChangedImage(contents: try chunks.replacing("VP8 ", by: WebPChunks(encoded)))
    }
    var pixels = try withAlpha(bytes, changed.shape)
    for pixel in 0..<changed.shape.height * changed.shape.width {
      for channel in 0..<3 { pixels[4 * pixel + channel] = changed.pixels[3 * pixel + channel] }
    }
    let encoded = try encode(pixels, changed.shape, lossyQuality: nil)
    return ChangedImage(contents: try chunks.replacing("VP8L", by: WebPChunks(encoded)))
  }

  /// Red, green, blue and alpha of each pixel.
  private static func withAlpha(_ bytes: [UInt8], _ shape: ImageShape) throws -> [UInt8] {
    let count = 4 * shape.height * shape.width
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      guard
        WebPDecodeRGBAInto(
          bytes, bytes.count, buffer.baseAddress, count, Int32(4 * shape.width)) != nil
      else { throw corrupt }
      filled = count
    }
  }

  /// A file of RGB by a quality from 0 to 100, or of RGBA without loss.
  static func encode(
    _ pixels: [UInt8], _ shape: ImageShape, lossyQuality: Float?
  ) throws -> [UInt8] {
    var configuration = WebPConfig()
    var picture = WebPPicture()
    guard WebPConfigInit(&configuration) != 0, WebPPictureInit(&picture) != 0 else {
      throw ImageFailure(reason: "libwebp is of another version than its header")
    }
    defer { WebPPictureFree(&picture) }
    configuration.lossless = lossyQuality == nil ? 1 : 0
    // Colors of transparent pixels are kept.
    configuration.exact = 1
    if let lossyQuality { configuration.quality = lossyQuality }
    picture.use_argb = configuration.lossless
    picture.width = Int32(shape.width)
    picture.height = Int32(shape.height)
    var writer = WebPMemoryWriter()
    WebPMemoryWriterInit(&writer)
    defer { WebPMemoryWriterClear(&writer) }
    let isDone = withUnsafeMutablePointer(to: &writer) { writer in
      picture.writer = WebPMemoryWrite
      picture.custom_ptr = UnsafeMutableRawPointer(writer)
      let isImported =
        lossyQuality == nil
        ? WebPPictureImportRGBA(&picture, pixels, Int32(4 * shape.width))
        : WebPPictureImportRGB(&picture, pixels, Int32(3 * shape.width))
      return isImported != 0 && WebPEncode(&configuration, &picture) != 0
    }
    guard isDone else {
      throw ImageFailure(reason: "libwebp cannot write it (error \(picture.error_code.rawValue))")
    }
    return Array(UnsafeBufferPointer(start: writer.mem, count: writer.size))
  }

  /// The quality at which libwebp chooses a quantizer from 0 to 127: the inverse of its
  /// q = 127·(1 − ∛l), where l is ⅔ of a quality c below 0.75, else 2c − 1.
  static func quality(ofQuantizer quantizer: Float) -> Float {
    let root = 1 - quantizer / 127
    let linear = root * root * root
    return 100 * (linear < 0.5 ? linear * 1.5 : (linear + 1) / 2)
  }
}
