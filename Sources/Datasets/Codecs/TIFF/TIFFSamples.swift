import CImageFiles

/// The pixels of a TIFF file as it stores them.
struct TIFFSamples {
  let header: ElixirTIFFHeader
  /// `[H, W, samples]`, one byte each, or two with the high one first if they have 16 bits.
  let values: [UInt8]
  /// Red, green and blue of a palette.
  private let palette: [[UInt8]]

  private var bytesPerSample: Int { header.bitsPerSample == 16 ? 2 : 1 }
  private var bytesPerPixel: Int { Int(header.samplesPerPixel) * bytesPerSample }
  private var pixelCount: Int { Int(header.width) * Int(header.height) }
  /// The factor that brings gray of fewer than 8 bits to 8.
  private var grayScale: Int {
    header.bitsPerSample < 8 ? 255 / (1 << Int(header.bitsPerSample) - 1) : 1
  }

  init(_ bytes: [UInt8], header: ElixirTIFFHeader, limits: ImageLimits) throws {
    try limits.check(header.shape)
    self.header = header
    let samples = Int(header.samplesPerPixel) * (header.bitsPerSample == 16 ? 2 : 1)
    var values = [UInt8](
      repeating: 0, count: Int(header.width) * Int(header.height) * samples)
    try withUnsafePointer(to: header) { header in
      try ImageFailure.check(TIFF.name) {
        elixirReadTIFF(bytes, bytes.count, header, &values, $0)
      }
    }
    self.values = values
    let colors = withUnsafeBytes(of: header.colors) { Array($0.bindMemory(to: UInt16.self)) }
    palette = (0..<256).map { index in
      (0..<3).map { UInt8(colors[256 * $0 + index] >> 8) }
    }
  }

  /// Alpha is dropped; of 16 bits the high 8 count.
  func image() -> RasterImage {
    let shape = header.shape
    if header.bitsPerSample == 8, Int(header.samplesPerPixel) == shape.channels,
      header.kind != elixirTIFFPalette, header.kind != elixirWhiteIsZero
    {
      return RasterImage(shape: shape, pixels: values)
    }
    var image = RasterImage(shape: shape, filledWith: 0)
    for pixel in 0..<pixelCount {
      for (channel, value) in color(pixel).enumerated() {
        image.pixels[pixel * shape.channels + channel] = value
      }
    }
    return image
  }

  /// The gray or the color of a pixel.
  private func color(_ pixel: Int) -> [UInt8] {
    let start = pixel * bytesPerPixel
    switch header.kind {
    case elixirWhiteIsZero: return [255 - values[start] * UInt8(grayScale)]
    case elixirBlackIsZero: return [values[start] * UInt8(grayScale)]
    case elixirTIFFPalette: return palette[Int(values[start])]
    case elixirTIFFInks:
      let light = 255 - values[start + 3 * bytesPerSample]
      return (0..<3).map {
        JPEGPixels.color(255 - values[start + $0 * bytesPerSample], light)
      }
    default: return (0..<3).map { values[start + $0 * bytesPerSample] }
    }
  }

  /// The values with a change added to the high bytes; nil if they cannot hold it.
  func applying(_ change: PixelChange) -> [UInt8]? {
    guard header.kind != elixirTIFFInks, !header.isGray || change.isGray else { return nil }
    let channels = header.shape.channels
    let change = change.converted(toChannels: channels)
    var result = values
    for pixel in 0..<pixelCount {
      let part = pixel * channels..<(pixel + 1) * channels
      guard change.values[part].contains(where: { $0 != 0 }) else { continue }
      let wanted = zip(color(pixel), change.values[part]).map {
        PixelChange.clip(Int($0) + Int($1))
      }
      let start = pixel * bytesPerPixel
      if header.kind == elixirTIFFPalette {
        let colors = palette.prefix(1 << Int(header.bitsPerSample))
        guard let index = colors.firstIndex(of: wanted) else { return nil }
        result[start] = UInt8(index)
        continue
      }
      for (channel, value) in wanted.enumerated() {
        let stored = header.kind == elixirWhiteIsZero ? 255 - value : value
        guard Int(stored) % grayScale == 0 else { return nil }
        result[start + channel * bytesPerSample] = stored / UInt8(grayScale)
      }
    }
    return result
  }
}
